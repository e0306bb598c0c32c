import { buildSchema, parse, print } from "graphql";
import { expect, test } from "vitest";

import { after } from "./resume";

const SCHEMA = buildSchema(`
  scalar EventCursor
  type Query { a: Int }
  type Item { after(after: String): Int }
  type Subscription {
    log(id: ID!, after: EventCursor): Item
    state(id: ID!): Item
  }
`);

const resumed = (query: string, variables?: Record<string, unknown>) => {
  const request = after({ query, operationName: "A", ...(variables && { variables }) }, "new", SCHEMA);
  return request && { ...request, query: request.query.replace(/\s+/g, " ") };
};
const flat = (query: string) => print(parse(query)).replace(/\s+/g, " ");

test("the cursor is added to the arguments of the subscription's field alone", () => {
  expect(resumed('subscription A { it: log(id: "1") { after } }')).toEqual({
    query: flat('subscription A { it: log(id: "1", after: "new") { after } }'),
    operationName: "A",
    variables: {},
  });
});

test("an older cursor in the document gives way", () => {
  expect(resumed('subscription A { log(after: "old", id: "1") { after } }')?.query).toBe(
    flat('subscription A { log(id: "1", after: "new") { after } }'),
  );
});

test("an older cursor in a variable gives way there", () => {
  const query = flat("subscription A($id: ID!, $from: EventCursor) { log(id: $id, after: $from) { after } }");
  expect(resumed(query, { id: "1", from: "old" })).toEqual({
    query,
    operationName: "A",
    variables: { id: "1", from: "new" },
  });
});

test("the field is found in a fragment, too", () => {
  expect(resumed('subscription A { ...F } fragment F on Subscription { log(id: "1") { after } }')?.query).toBe(
    flat('subscription A { ...F } fragment F on Subscription { log(id: "1", after: "new") { after } }'),
  );
});

test("a field without cursors cannot resume", () => {
  expect(resumed('subscription A { state(id: "1") { after } }')).toBeNull();
});
