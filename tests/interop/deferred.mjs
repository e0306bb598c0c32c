// Asks a gateway with `@defer` and tells what a client makes of the parts.
// Usage: node deferred.mjs KIND URL; stdin: [{query, variables}]; stdout: for each
// {data, errors, parts}, where `parts` is how many times the client had something new (unknown of mutations).
import { text } from 'node:stream/consumers';

import { ApolloClient, gql, HttpLink, InMemoryCache } from '@apollo/client';
import { Defer20220824Handler, GraphQL17Alpha9Handler } from '@apollo/client/incremental';
import { Client, fetchExchange } from '@urql/core';
import { meros } from 'meros/browser';

const [kind, url] = process.argv.slice(2);

function apollo(incrementalHandler) {
  const client = new ApolloClient({
    link: new HttpLink({ uri: url }),
    cache: new InMemoryCache(),
    incrementalHandler,
  });
  return ({ query, variables }) =>
    new Promise((resolve, reject) => {
      let parts = 0;
      const document = gql(query);
      if (document.definitions[0].operation === 'mutation') {
        client
          .mutate({ mutation: document, fetchPolicy: 'no-cache', errorPolicy: 'all' })
          .then(({ data, error }) => resolve({ data, errors: error?.errors ?? [], parts: null }), reject);
        return;
      }
      client
        .watchQuery({
          query: document,
          variables,
          fetchPolicy: 'no-cache',
          errorPolicy: 'all',
          notifyOnNetworkStatusChange: true,
        })
        .subscribe({
          next: ({ data, error, loading }) => {
            if (data) parts += 1;
            if (!loading) resolve({ data, errors: error?.errors ?? [], parts });
          },
          error: reject,
        });
    });
}

function urql() {
  const client = new Client({ url, exchanges: [fetchExchange], preferGetMethod: false });
  return ({ query, variables }) =>
    new Promise((resolve) => {
      let parts = 0;
      client.query(query, variables).subscribe(({ data, error, hasNext }) => {
        parts += 1;
        if (!hasNext) resolve({ data, errors: error?.graphQLErrors ?? [], parts });
      });
    });
}

// meros only reads the parts.
function reader(accept) {
  return async ({ query, variables }) => {
    const response = await fetch(url, {
      method: 'POST',
      headers: { accept, 'content-type': 'application/json' },
      body: JSON.stringify({ query, variables }),
    });
    const read = [];
    const found = await meros(response);
    if (found === response) read.push(await response.json());
    else for await (const part of found) read.push(part.body);
    return { raw: read, parts: read.length };
  };
}

const ask = {
  'apollo deferSpec=20220824': () => apollo(new Defer20220824Handler()),
  'apollo incrementalSpec=v0.2': () => apollo(new GraphQL17Alpha9Handler()),
  urql,
  'meros deferSpec=20220824': () => reader('multipart/mixed;deferSpec=20220824, application/json'),
  'meros incrementalSpec=v0.2': () => reader('multipart/mixed;incrementalSpec=v0.2, application/json'),
}[kind]();

const answers = [];
for (const asked of JSON.parse(await text(process.stdin))) answers.push(await ask(asked));
process.stdout.write(JSON.stringify(answers));
process.exit(0);
