// Drives a JavaScript client by commands on stdin, one JSON object a line, and tells on stdout what
// it sees, likewise. Usage: node client.mjs KIND URL; the kinds are the keys of `clients`.
import { createInterface } from 'node:readline';

import { ApolloClient, gql, HttpLink, InMemoryCache } from '@apollo/client';
import { EventSource } from 'eventsource';
import { createClient as createSseClient } from 'graphql-sse';
import { createClient as createWsClient } from 'graphql-ws';
import { SubscriptionClient } from 'subscriptions-transport-ws';
import WebSocket from 'ws';

import { playground } from './playground.mjs';

const [kind, url] = process.argv.slice(2);
const tell = (message) => process.stdout.write(`${JSON.stringify(message)}\n`);
const authorization = process.env.TOKEN ? { authorization: `Bearer ${process.env.TOKEN}` } : {};

function sinkFor(id) {
  return {
    next: (result) => tell({ id, next: result }),
    error: (error) =>
      tell({ id, error: error.message ?? error.reason ?? error, errors: error.errors ?? null }),
    complete: () => tell({ id, complete: true }),
  };
}

function graphqlWs() {
  const client = createWsClient({
    url: url.replace('http', 'ws'),
    webSocketImpl: WebSocket,
    connectionParams: () => authorization,
    retryAttempts: Infinity, // a restart takes its time
    shouldRetry: () => true, // under Node, a refused connection is an error and no close event
    retryWait: () => new Promise((resolve) => setTimeout(resolve, 100)),
    on: { closed: (event) => tell({ closed: event.code, reason: event.reason }) },
  });
  return (id, payload) => client.subscribe(payload, sinkFor(id));
}

function legacyWs() {
  const client = new SubscriptionClient(
    url.replace('http', 'ws'),
    {
      reconnect: true,
      connectionParams: authorization,
      connectionCallback: (error) => error && tell({ refused: error.message }),
    },
    WebSocket,
  );
  client.maxConnectTimeGenerator.duration = () => 60_000;
  return (id, payload) => {
    const sink = sinkFor(id);
    return client.request(payload).subscribe({
      next: sink.next,
      error: (error) => tell({ id, error }),
      complete: sink.complete,
    }).unsubscribe;
  };
}

function sse(singleConnection) {
  const client = createSseClient({
    url,
    headers: () => ({ ...authorization }),
    singleConnection,
    retryAttempts: singleConnection ? Infinity : 0,
    retry: () => new Promise((resolve) => setTimeout(resolve, 100)),
  });
  return (id, payload) => client.subscribe(payload, sinkFor(id));
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

function apollo() {
  const link = new HttpLink({ uri: url, headers: authorization });
  const client = new ApolloClient({ link, cache: new InMemoryCache(), queryDeduplication: false });
  return (id, { query, variables }) => {
    const document = gql(query);
    const sink = sinkFor(id);
    if (document.definitions[0].operation !== 'subscription') {
      client.query({ query: document, variables }).then((result) => {
        sink.next({ data: result.data });
        sink.complete();
      }, sink.error);
      return () => {};
    }
    const subscription = client
      .subscribe({ query: document, variables, errorPolicy: 'all' })
      .subscribe({
        ...sink,
        next: ({ data, error, extensions }) =>
          tell({ id, next: { data, extensions }, failed: error && failure(error) }),
      });
    return () => subscription.unsubscribe();
  };
}

function failure(error) {
  return { name: error.name, errors: error.errors ?? [], message: error.message };
}

const clients = {
  'graphql-ws': graphqlWs,
  'graphql-sse': () => sse(false),
  'graphql-sse-single': () => sse(true),
  'subscriptions-transport-ws': legacyWs,
  apollo,
  eventsource: () => eventSource,
  'playground-websocket': () => playground('websocket', url, authorization, tell),
  'playground-sse': () => playground('sse', url, authorization, tell),
};

const subscribe = await clients[kind]();
const running = new Map();
for await (const line of createInterface({ input: process.stdin })) {
  const command = JSON.parse(line);
  if (command.subscribe) running.set(command.id, subscribe(command.id, command.subscribe));
  else if (command.dispose) running.get(command.id)();
}
process.exit(0);
