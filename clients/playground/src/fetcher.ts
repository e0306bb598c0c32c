import type { Fetcher, FetcherParams, Observable } from "@graphiql/toolkit";
import { parse, type DocumentNode, type GraphQLSchema } from "graphql";

import { follow } from "./live/follow";
import type { LiveTransport, Result } from "./live/model";
import type { LiveStore } from "./live/status";
import { connectOver } from "./live/transports";
import type { PlanStore } from "./plan/store";

export interface Choices {
  token: string | null;
  transport: LiveTransport;
}

export interface Page {
  choices: () => Choices;
  schema: () => GraphQLSchema | null;
  plans: PlanStore;
  live: LiveStore;
}

/** Sends queries by POST and subscriptions over the live transport chosen at the moment they start. */
export function createFetcher(endpoint: string, { choices, schema, plans, live }: Page): Fetcher {
  const url = new URL(endpoint, window.location.href).toString();
  return (asked, options) => {
    // Right after a change of tabs GraphiQL may still give the document and the operation of the tab before.
    const document = parsed(asked.query);
    const params = withKnownOperation(asked, document);
    const headers = requestHeaders(choices(), options?.headers);
    if (isSubscription(params, document)) {
      const request = { ...params, operationName: params.operationName ?? undefined };
      const connect = connectOver(choices().transport, url, headers);
      // Its type has forms that take functions, but GraphiQL gives an observer.
      return follow({ request, connect, schema, report: live.put }) as Observable<Result>;
    }
    return post(url, params, headers, plans);
  };
}

/** What cannot be parsed is sent all the same: the gateway tells the fault and its place. */
function parsed(query: string): DocumentNode | null {
  try {
    return parse(query);
  } catch {
    return null;
  }
}

function withKnownOperation(params: FetcherParams, document: DocumentNode | null): FetcherParams {
  const name = params.operationName;
  const isKnown = document?.definitions.some(
    (definition) => definition.kind === "OperationDefinition" && definition.name?.value === name,
  );
  return !name || !document || isKnown ? params : { ...params, operationName: undefined };
}

function requestHeaders(choices: Choices, own: Record<string, string> | undefined): Record<string, string> {
  return { ...(choices.token ? { authorization: `Bearer ${choices.token}` } : {}), ...own };
}

function isSubscription(params: FetcherParams, document: DocumentNode | null): boolean {
  return (document?.definitions ?? []).some(
    (definition) =>
      definition.kind === "OperationDefinition" &&
      definition.operation === "subscription" &&
      (!params.operationName || definition.name?.value === params.operationName),
  );
}

async function post(
  url: string,
  params: FetcherParams,
  headers: Record<string, string>,
  plans: PlanStore,
): Promise<Result> {
  const response = await fetch(url, {
    method: "POST",
    headers: {
      "content-type": "application/json",
      accept: "application/graphql-response+json, application/json",
      ...(plans.wanted() ? { "fusion-expose-query-plan": "true" } : {}),
      ...headers,
    },
    body: JSON.stringify(params),
  });
  const result = (await response.json()) as Result & { extensions?: { queryPlan?: unknown } };
  plans.put(result.extensions?.queryPlan);
  return result;
}
