import { buildSchema } from "graphql";
import { expect, test } from "vitest";

import { follow } from "./follow";
import type { LiveRequest, Result, Sink } from "./model";
import type { LiveStatus } from "./status";

const SCHEMA = buildSchema(`
  type Query { a: Int }
  type Subscription { log(after: String): Int state: Int }
`);
const LOG = { query: "subscription { log }" };

type Attempt = (sink: Sink, request: LiveRequest, signal: AbortSignal) => Promise<void> | void;

/** Runs a live query whose connections behave as told, one after the other, and gives all that it said. */
async function followed(attempts: Attempt[], request: LiveRequest = LOG, schema = SCHEMA as typeof SCHEMA | null) {
  const asked: LiveRequest[] = [];
  const answers: Result[] = [];
  const said: (LiveStatus | null)[] = [];
  const pauses: number[] = [];
  await new Promise<void>((resolve) => {
    const running = follow({
      request,
      schema: () => schema,
      report: (status) => said.push(status),
      pause: async (milliseconds) => void pauses.push(milliseconds),
      connect: async (sent, sink, signal) => {
        asked.push(sent);
        const attempt = attempts.shift();
        if (attempt) return attempt(sink, sent, signal);
        running.unsubscribe();
        resolve();
      },
    }).subscribe({ next: (result) => answers.push(result), complete: resolve });
  });
  return { asked, answers, said, pauses };
}

const event = (number: number): Result => ({ data: { log: number }, extensions: { cursor: `c${number}` } });
const failing = (code: string, more = {}): Result =>
  ({ errors: [{ message: "no", extensions: { code, ...more } }] }) as unknown as Result;
const breaks = () => Promise.reject({ code: 1006, reason: "" });

test("a lost connection goes on after the last event that was seen", async () => {
  const { asked, answers, said } = await followed([
    (sink) => {
      sink.connected();
      sink.next(event(1));
      sink.next(event(2));
      return breaks();
    },
    (sink) => {
      sink.connected();
      sink.next(event(3));
    },
  ]);
  expect(answers).toEqual([event(1), event(2), event(3)]);
  expect(asked[1]?.query).toContain('log(after: "c2")');
  expect(said.map((status) => status?.state)).toEqual(
    ["connecting", "live", "live", "live", "lost", "live", "live", undefined],
  );
  expect(said[5]).toMatchObject({ events: 2, restored: { how: "after the last event seen" } });
});

test("pauses grow while nothing comes, and are short again after an event", async () => {
  const { pauses } = await followed([...Array<Attempt>(8).fill(breaks), (sink) => (sink.next(event(1)), breaks())]);
  for (const [index, longest] of [500, 1000, 2000, 4000, 8000, 10_000, 10_000, 10_000, 500].entries()) {
    expect(pauses[index]).toBeGreaterThanOrEqual(longest / 2);
    expect(pauses[index]).toBeLessThanOrEqual(longest);
  }
});

test("a state goes on with its newest event", async () => {
  const { asked, said } = await followed(
    [
      (sink) => (sink.next({ data: { state: 1 }, extensions: { cursor: "c" } }), breaks()),
      (sink) => sink.connected(),
    ],
    { query: "subscription { state }" },
  );
  expect(asked[1]).toEqual({ query: "subscription { state }" });
  expect(said).toContainEqual(expect.objectContaining({ restored: expect.objectContaining({ how: "with the newest state" }) }));
});

test("without a schema nothing is known to resume, and that is said", async () => {
  const attempts: Attempt[] = [(sink) => (sink.next(event(1)), breaks()), (sink) => sink.connected()];
  const { asked, said } = await followed(attempts, LOG, null);
  expect(asked[1]).toEqual(LOG);
  expect(said).toContainEqual(expect.objectContaining({ restored: expect.objectContaining({ how: "from now on" }) }));
});

test.each(["CURSOR_INVALID", "CURSOR_EXPIRED", "UNAUTHENTICATED"])(
  "%s ends the live query and is its last answer",
  async (code) => {
    const { answers, asked, said } = await followed([(sink) => (sink.next(event(1)), breaks()), (sink) => sink.next(failing(code))]);
    expect(asked).toHaveLength(2);
    expect(answers).toEqual([event(1), failing(code)]);
    expect(said.at(-1)).toBeNull();
  },
);

test("what passes by is not shown as an answer: what was seen stays", async () => {
  const { answers, asked, said } = await followed([
    (sink) => {
      sink.next(event(1));
      sink.next(failing("EVENT_SOURCE_UNAVAILABLE"));
    },
    (sink) => sink.next(event(2)),
  ]);
  expect(asked).toHaveLength(2);
  expect(answers).toEqual([event(1), event(2)]);
  expect(said).toContainEqual(expect.objectContaining({ state: "lost", reason: "EVENT_SOURCE_UNAVAILABLE" }));
});

test("a slow client goes on at the cursor that it was cut off with", async () => {
  const { asked } = await followed([
    (sink) => sink.next(failing("SUBSCRIPTION_SLOW_CONSUMER", { cursor: "c7" })),
    () => {},
  ]);
  expect(asked[1]?.query).toContain('log(after: "c7")');
});

test("errors between two answers are an answer", async () => {
  const lost = failing("SUBSCRIPTION_EVENTS_MAY_BE_LOST");
  const { answers, asked } = await followed([
    (sink) => {
      sink.next(event(1));
      sink.next(lost);
      sink.next(event(2));
    },
  ]);
  expect(answers).toEqual([event(1), lost, event(2)]);
  expect(asked).toHaveLength(1);
});

test("who stops is told nothing more, whatever the connection still brings", async () => {
  const said: (LiveStatus | null)[] = [];
  const answers: Result[] = [];
  const { sink, signal } = await new Promise<{ sink: Sink; signal: AbortSignal }>((resolve) => {
    const running = follow({
      request: LOG,
      schema: () => SCHEMA,
      report: (status) => said.push(status),
      connect: async (_request, sink, signal) => {
        sink.connected();
        await Promise.resolve();
        running.unsubscribe();
        resolve({ sink, signal });
      },
    }).subscribe({ next: (result) => answers.push(result), complete: () => answers.push({}) });
  });
  sink.next(event(1));
  sink.connected();
  expect(signal.aborted).toBe(true);
  expect(answers).toEqual([]);
  expect(said.at(-1)).toBeNull();
});
