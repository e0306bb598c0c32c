// Drives a JavaScript client by commands on stdin, one JSON object a line, and tells on stdout what
// it sees, likewise. Usage: node client.mjs graphql-ws|graphql-sse|eventsource URL
import { createInterface } from 'node:readline';

import { EventSource } from 'eventsource';
import { createClient as createSseClient } from 'graphql-sse';
import { createClient as createWsClient } from 'graphql-ws';
import WebSocket from 'ws';

const [kind, url] = process.argv.slice(2);
const tell = (message) => process.stdout.write(`${JSON.stringify(message)}\n`);

function wsClient() {
  return createWsClient({
    url: url.replace('http', 'ws'),
    webSocketImpl: WebSocket,
    connectionParams: () => (process.env.TOKEN ? { authorization: `Bearer ${process.env.TOKEN}` } : {}),
    retryAttempts: 20,
    shouldRetry: () => true, // under Node, a refused connection is an error and no close event
    retryWait: () => new Promise((resolve) => setTimeout(resolve, 100)),
    on: { closed: (event) => tell({ closed: event.code, reason: event.reason }) },
  });
}

function sseClient() {
  return createSseClient({ url, retryAttempts: 0 });
}

function sinkFor(id) {
  return {
    next: (result) => tell({ id, next: result }),
    error: (error) => tell({ id, error: error.message ?? error.reason ?? error }),
    complete: () => tell({ id, complete: true }),
  };
}

function eventSource(id, payload) {
  const parameters = new URLSearchParams({ query: payload.query });
  if (payload.variables) parameters.set('variables', JSON.stringify(payload.variables));
  const source = new EventSource(`${url}?${parameters}`);
  source.addEventListener('open', () => tell({ id, open: true }));
  source.addEventListener('next', (event) =>
    tell({ id, next: JSON.parse(event.data), lastEventId: event.lastEventId }),
  );
  source.addEventListener('complete', () => {
    source.close();
    tell({ id, complete: true });
  });
  return () => source.close();
}

const client = { 'graphql-ws': wsClient, 'graphql-sse': sseClient }[kind]?.();
const running = new Map();

for await (const line of createInterface({ input: process.stdin })) {
  const { id, subscribe, dispose } = JSON.parse(line);
  if (subscribe) {
    running.set(id, client ? client.subscribe(subscribe, sinkFor(id)) : eventSource(id, subscribe));
  } else if (dispose) {
    running.get(id)();
  }
}
process.exit(0);
