import { NetworkError } from "graphql-sse";
import { expect, test } from "vitest";

import { failureFrom, failureOf } from "./failure";

const error = (code: string, more = {}) => ({ message: "no", extensions: { code, ...more } });

test.each(["EVENT_SOURCE_UNAVAILABLE", "GATEWAY_STOPPING", "SUBSCRIPTION_SERVER_CLOSING", "SUBSCRIPTION_SLOW_CONSUMER"])(
  "%s passes",
  (code) => expect(failureOf([error(code)])).toMatchObject({ passing: true, reason: code }),
);

test.each(["CURSOR_EXPIRED", "CURSOR_INVALID", "GRAPHQL_VALIDATION_FAILED", "SUBSCRIPTION_EVENTS_LOST", "SUBSCRIPTION_TOKEN_EXPIRED"])(
  "%s does not pass",
  (code) => expect(failureOf([error(code)])).toMatchObject({ passing: false, reason: code }),
);

test("errors without a code, or of which one does not pass, do not pass", () => {
  expect(failureOf([{ message: "no" }])).toMatchObject({ passing: false, reason: "no" });
  expect(failureOf([error("GATEWAY_STOPPING"), error("CURSOR_INVALID")]).passing).toBe(false);
});

test("the position where a client was cut off is taken from the error", () => {
  expect(failureOf([error("SUBSCRIPTION_SLOW_CONSUMER", { cursor: "c" })]).cursor).toBe("c");
});

test.each([
  [1001, true],
  [1006, true],
  [4499, true],
  [4400, false],
  [4403, false],
])("a socket that is closed with %i: trying again helps: %s", async (code, passing) => {
  const failure = await failureFrom({ code, reason: "because" });
  expect(failure).toMatchObject({ passing, reason: `closed with ${code} because` });
  expect(failure.errors[0]?.extensions).toEqual({ closeCode: code });
});

test.each([
  [401, false],
  [429, true],
  [500, false],
  [503, true],
])("a response of status %i with the gateway's errors: trying again helps: %s", async (status, passing) => {
  const errors = [error("SOME_CODE")];
  const failure = await failureFrom(new NetworkError(Response.json({ errors }, { status })));
  expect(failure).toMatchObject({ passing, reason: "SOME_CODE", errors });
});

test("a proxy's page is told by its status", async () => {
  const failure = await failureFrom(new NetworkError(new Response("<h1>", { status: 502 })));
  expect(failure).toMatchObject({ passing: true, reason: "status 502" });
});

test.each([new NetworkError(new TypeError("network error")), new TypeError("network error"), { type: "error" }])(
  "a connection that breaks may be made again: %o",
  async (cause) => expect(await failureFrom(cause)).toMatchObject({ passing: true }),
);
