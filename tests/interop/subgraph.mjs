// A subgraph that serves subscriptions by the reference servers of two protocols, for the gateway to subscribe at:
// graphql-transport-ws (`graphql-ws` over `ws`) and SSE (`graphql-sse`). Prints its port, then a line for what happens.

import { createServer } from "node:http";
import { buildSchema } from "graphql";
import { createHandler } from "graphql-sse/lib/use/http";
import { useServer } from "graphql-ws/use/ws";
import { WebSocketServer } from "ws";

const schema = buildSchema(`
  type Query { unused: Int }
  type Subscription { sales(count: Int!, fails: Boolean, stays: Boolean): Sale! }
  type Sale { amount: Int! }
`);

const told = (message) => process.stdout.write(`${JSON.stringify(message)}\n`);

function outOfStock() {
  throw new Error("out of stock");
}

// Sales 1 to `count`, and one that `fails`; then it completes, or `stays` open until somebody leaves.
function sales({ count, fails, stays }) {
  let amount = 0;
  return {
    [Symbol.asyncIterator]() {
      told({ begun: count });
      return this;
    },
    async next() {
      amount += 1;
      if (amount <= count) {
        return { value: { sales: { amount } }, done: false };
      }
      if (fails && amount === count + 1) {
        return { value: { sales: { amount: outOfStock } }, done: false };
      }
      return stays ? new Promise(() => {}) : { value: undefined, done: true };
    },
    async return() {
      told({ left: amount });
      return { value: undefined, done: true };
    },
  };
}

schema.getSubscriptionType().getFields().sales.subscribe = (_, asked) => sales(asked);

const server = createServer(createHandler({ schema }));
const sockets = new WebSocketServer({ server, path: "/graphql" });
useServer(
  {
    schema,
    onConnect: ({ connectionParams }) => {
      told({ init: connectionParams });
      return true;
    },
  },
  sockets,
);
server.listen(0, "127.0.0.1", () => told({ port: server.address().port }));
