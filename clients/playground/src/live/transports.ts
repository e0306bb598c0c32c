import { createClient as createSseClient } from "graphql-sse";
import { createClient as createWsClient } from "graphql-ws";

import type { Connect, LiveTransport, Result, Sink } from "./model";

/** A connection that is silent for so long, in milliseconds, is asked whether it still stands. */
const SILENCE = 12_000;
const ANSWER = 5_000;

/** A client for one connection. The libraries' own retrying is off: they would begin anew without a cursor. */
export function connectOver(transport: LiveTransport, url: string, headers: Record<string, string>): Connect {
  switch (transport) {
    case "sse":
      return overEvents(url, headers);
    case "websocket":
      return overWebSocket(url.replace(/^http/, "ws"), headers);
  }
}

function overEvents(url: string, headers: Record<string, string>): Connect {
  return (request, sink, signal) => {
    const client = createSseClient({ url, headers, retryAttempts: 0, on: { connected: () => sink.connected() } });
    return untilItEnds((heard) => client.subscribe({ ...request }, heard), sink, signal);
  };
}

function overWebSocket(url: string, headers: Record<string, string>): Connect {
  return (request, sink, signal) => {
    let unanswered: ReturnType<typeof setTimeout> | undefined;
    const client = createWsClient({
      url,
      connectionParams: headers,
      retryAttempts: 0,
      keepAlive: SILENCE,
      on: {
        connected: () => sink.connected(),
        ping: (received) => {
          if (!received) unanswered = setTimeout(() => client.terminate(), ANSWER);
        },
        pong: (received) => {
          if (received) clearTimeout(unanswered);
        },
        closed: () => clearTimeout(unanswered),
      },
    });
    return untilItEnds((heard) => client.subscribe({ ...request }, heard), sink, signal);
  };
}

interface Heard {
  next(value: unknown): void;
  error(cause: unknown): void;
  complete(): void;
}

function untilItEnds(subscribe: (heard: Heard) => () => void, sink: Sink, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const stop = subscribe({
      next: (value) => sink.next(value as Result),
      error: reject,
      complete: resolve,
    });
    signal.addEventListener("abort", () => {
      stop();
      resolve();
    });
  });
}
