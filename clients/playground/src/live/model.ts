import type { ExecutionResult } from "graphql";

export type LiveTransport = "websocket" | "sse";

export interface LiveRequest {
  query: string;
  operationName?: string;
  variables?: Record<string, unknown>;
}

/** An answer to an operation; `extensions.cursor` is the position after the event that it answers. */
export type Result = ExecutionResult<Record<string, unknown>, Record<string, unknown>>;

export interface Sink {
  /** The other side has taken the operation. */
  connected(): void;
  next(result: Result): void;
}

/** Runs an operation over one connection, until it is complete or `signal` ends it; it rejects when the connection breaks. */
export type Connect = (request: LiveRequest, sink: Sink, signal: AbortSignal) => Promise<void>;
