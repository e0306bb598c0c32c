import type { GraphQLSchema } from "graphql";

import { failureFrom, failureOf, type Failure } from "./failure";
import type { Connect, LiveRequest, Result } from "./model";
import { pause, pauseAfter } from "./pause";
import { after } from "./resume";
import type { LiveStatus, Restored } from "./status";

export interface Observer {
  next(result: Result): void;
  complete(): void;
}

export interface Follow {
  request: LiveRequest;
  connect: Connect;
  /** Tells which fields take a cursor; null while it is not known. */
  schema: () => GraphQLSchema | null;
  report: (status: LiveStatus | null) => void;
  pause?: (milliseconds: number, signal: AbortSignal) => Promise<void>;
}

/**
 * Follows a live query through lost connections: again and again with growing pauses, and after the last event that
 * was seen, so that nothing is lost and nothing comes twice. What trying again cannot mend is its last answer.
 */
export function follow(options: Follow): { subscribe(observer: Observer): { unsubscribe(): void } } {
  return {
    subscribe(observer) {
      const ended = new AbortController();
      void new Following(options, observer, ended.signal).run();
      return {
        unsubscribe: () => {
          if (ended.signal.aborted) return;
          ended.abort();
          options.report(null);
        },
      };
    },
  };
}

class Following {
  #cursor: string | null = null;
  #events = 0;
  #failures = 0;
  #restored: Restored | null = null;

  constructor(
    private readonly options: Follow,
    private readonly observer: Observer,
    private readonly signal: AbortSignal,
  ) {}

  async run(): Promise<void> {
    this.options.report({ state: "connecting" });
    for (;;) {
      const failure = await this.#attempt();
      if (this.signal.aborted) return;
      if (failure === null || !failure.passing) {
        if (failure !== null) this.observer.next({ errors: failure.errors } as Result);
        this.options.report(null);
        this.observer.complete();
        return;
      }
      await this.#pause(failure);
      if (this.signal.aborted) return;
    }
  }

  /** One connection; null when the operation is complete. */
  async #attempt(): Promise<Failure | null> {
    const { request, how } = this.#request();
    const ending: Result[] = []; // errors alone are how an operation ends, if nothing comes after them
    const sink = {
      connected: () => {
        if (this.#failures > 0) this.#restored = { how, at: new Date() };
        this.#tellLive();
      },
      next: (result: Result) => {
        for (const taken of ending.splice(0)) this.#take(taken);
        if ("data" in result) this.#take(result);
        else ending.push(result);
      },
    };
    try {
      await this.options.connect(request, sink, this.signal);
    } catch (cause) {
      return failureFrom(cause);
    }
    return ending[0] ? failureOf(ending[0].errors ?? []) : null;
  }

  #request(): { request: LiveRequest; how: Restored["how"] } {
    const { request, schema } = this.options;
    const known = schema();
    if (this.#cursor === null || known === null) return { request, how: "from now on" };
    const resumed = after(request, this.#cursor, known);
    return resumed === null
      ? { request, how: "with the newest state" }
      : { request: resumed, how: "after the last event seen" };
  }

  #take(result: Result): void {
    if (this.signal.aborted) return;
    const cursor = result.extensions?.cursor;
    if (typeof cursor === "string") this.#cursor = cursor;
    this.#events += 1;
    this.#failures = 0;
    this.observer.next(result);
    this.#tellLive();
  }

  #tellLive(): void {
    if (this.signal.aborted) return;
    this.options.report({ state: "live", events: this.#events, restored: this.#restored });
  }

  async #pause({ reason, cursor }: Failure): Promise<void> {
    this.#failures += 1;
    this.#cursor = cursor ?? this.#cursor;
    const milliseconds = pauseAfter(this.#failures);
    this.options.report({ state: "lost", reason, failures: this.#failures, pause: milliseconds });
    await (this.options.pause ?? pause)(milliseconds, this.signal);
  }
}
