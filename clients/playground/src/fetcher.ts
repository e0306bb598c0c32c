import { createClient as createSseClient } from "graphql-sse";
import { createClient as createWsClient } from "graphql-ws";
import type { Fetcher, FetcherParams } from "@graphiql/toolkit";
import { parse, type DocumentNode, type ExecutionResult, type GraphQLError } from "graphql";

import type { PlanStore } from "./plan/store";

export type LiveTransport = "websocket" | "sse";

export interface Choices {
  token: string | null;
  transport: LiveTransport;
}

type Result = ExecutionResult<Record<string, unknown>, Record<string, unknown>>;

interface Sink {
  next(value: unknown): void;
  error(error: unknown): void;
  complete(): void;
}

/** Sends queries by POST and subscriptions over the live transport chosen at the moment they start. */
export function createFetcher(endpoint: string, choices: () => Choices, plans: PlanStore): Fetcher {
  const url = new URL(endpoint, window.location.href).toString();
  return (asked, options) => {
    // Right after a change of tabs GraphiQL may still give the document and the operation of the tab before.
    const document = parsed(asked.query);
    const params = withKnownOperation(asked, document);
    const headers = requestHeaders(choices(), options?.headers);
    if (isSubscription(params, document)) {
      return subscribe(url, params, headers, choices().transport);
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

async function* subscribe(
  url: string,
  params: FetcherParams,
  headers: Record<string, string>,
  transport: LiveTransport,
): AsyncGenerator<Result> {
  const request = {
    query: params.query,
    variables: params.variables as Record<string, unknown> | undefined,
    operationName: params.operationName ?? undefined,
  };
  if (transport === "sse") {
    const client = createSseClient({ url, headers, retryAttempts: 3 });
    yield* iterate((sink) => client.subscribe(request, sink), () => client.dispose());
    return;
  }
  const client = createWsClient({ url: url.replace(/^http/, "ws"), connectionParams: headers, lazy: true });
  yield* iterate((sink) => client.subscribe(request, sink), () => void client.dispose());
}

/** Turns a sink into an iterator: the end of the iteration, by either side, ends the subscription. */
async function* iterate(start: (sink: Sink) => () => void, dispose: () => void): AsyncGenerator<Result> {
  const waiting: Result[] = [];
  let wake = () => {};
  let failure: unknown;
  let done = false;
  const stop = start({
    next: (value) => {
      waiting.push(value as Result);
      wake();
    },
    error: (error) => {
      failure = error ?? new Error("the connection was closed");
      wake();
    },
    complete: () => {
      done = true;
      wake();
    },
  });
  try {
    for (;;) {
      while (waiting.length > 0) yield waiting.shift()!;
      if (Array.isArray(failure)) {
        yield { errors: failure as GraphQLError[] };
        return;
      }
      if (failure !== undefined) throw readable(failure);
      if (done) return;
      await new Promise<void>((resolve) => (wake = resolve));
    }
  } finally {
    stop();
    dispose();
  }
}

/** A WebSocket close event says why in its code and reason. */
function readable(failure: unknown): Error {
  if (failure instanceof Error) return failure;
  if (failure instanceof CloseEvent) return new Error(`closed with ${failure.code} ${failure.reason}`.trim());
  return new Error(String(failure));
}
