import type { GraphQLFormattedError } from "graphql";
import { NetworkError } from "graphql-sse";

/** Why a live query broke off, whether trying again can mend that, and where to go on if the gateway said so. */
export interface Failure {
  reason: string;
  passing: boolean;
  errors: readonly GraphQLFormattedError[];
  cursor?: string;
}

/** Codes after which the same operation may well succeed in a moment. */
const PASSING = new Set([
  "EVENT_SOURCE_UNAVAILABLE",
  "GATEWAY_STOPPING",
  "SUBREQUEST_CONNECTION_ERROR",
  "SUBREQUEST_HTTP_ERROR",
  "SUBREQUEST_TIMEOUT",
  "SUBREQUEST_WEBSOCKET_CLOSED",
  "SUBSCRIPTION_SERVER_CLOSING",
  "SUBSCRIPTION_SLOW_CONSUMER",
  "SUBSCRIPTION_UPSTREAM_LOST",
  "TOO_MANY_CONNECTIONS",
  "TOO_MANY_UPSTREAM_SUBSCRIPTIONS",
]);

/** Close codes that say: not like this. The rest is a connection that was cut. */
const FINAL_CLOSES = new Set([1002, 1003, 1007, 1008, 1009, 1010, 4400, 4401, 4403, 4406, 4409, 4429, 4500]);

/** From the errors that ended an operation. */
export function failureOf(errors: readonly GraphQLFormattedError[]): Failure {
  const codes = errors.map((error) => String(error.extensions?.code ?? ""));
  const cursor = errors.map((error) => error.extensions?.cursor).find((each) => typeof each === "string");
  return {
    reason: codes.filter(Boolean).join(", ") || (errors[0]?.message ?? "unknown"),
    passing: codes.length > 0 && codes.every((code) => PASSING.has(code)),
    errors,
    cursor,
  };
}

/** From what a client library rejects with: GraphQL errors, a close event, a refused response, or what broke. */
export async function failureFrom(cause: unknown): Promise<Failure> {
  if (Array.isArray(cause)) return failureOf(cause as GraphQLFormattedError[]);
  if (isClose(cause)) {
    const reason = `closed with ${cause.code} ${cause.reason}`.trim();
    return told(reason, !FINAL_CLOSES.has(cause.code), { closeCode: cause.code });
  }
  if (cause instanceof NetworkError && cause.response instanceof Response) return refused(cause.response);
  // A socket that cannot be opened is told as an event without a reason.
  return told(cause instanceof Error && cause.message ? cause.message : "no connection", true);
}

/** The gateway's own answer tells more than the status does. */
async function refused(response: Response): Promise<Failure> {
  const passing = response.status > 500 || response.status === 408 || response.status === 429;
  const reason = `status ${response.status}`;
  try {
    const { errors } = (await response.json()) as { errors?: GraphQLFormattedError[] };
    if (Array.isArray(errors) && errors.length > 0) return { ...failureOf(errors), passing };
  } catch {
    // a proxy's page; the status has to do
  }
  return told(reason, passing, { status: response.status });
}

function told(reason: string, passing: boolean, extensions?: Record<string, unknown>): Failure {
  return { reason, passing, errors: [{ message: reason, ...(extensions && { extensions }) }] };
}

/** Libraries make close events of their own, and Node 20 has no `CloseEvent`: they are known by their shape. */
function isClose(cause: unknown): cause is { code: number; reason: string } {
  return typeof cause === "object" && cause !== null && "reason" in cause && "code" in cause;
}
