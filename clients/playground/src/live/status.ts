import { useSyncExternalStore } from "react";

/** How it stands with the live query that runs in the tab; `pause` is in milliseconds. */
export type LiveStatus =
  | { state: "connecting" }
  | { state: "live"; events: number; restored: Restored | null }
  | { state: "lost"; reason: string; failures: number; pause: number };

/** When a lost connection stood again, and what it went on with. */
export interface Restored {
  how: "after the last event seen" | "with the newest state" | "from now on";
  at: Date;
}

/** The one live query of the page: GraphiQL ends it when another tab is chosen. */
export class LiveStore {
  #status: LiveStatus | null = null;
  #readers = new Set<() => void>();

  put = (status: LiveStatus | null): void => {
    this.#status = status;
    for (const notify of this.#readers) notify();
  };

  read = (): LiveStatus | null => this.#status;

  subscribe = (notify: () => void): (() => void) => {
    this.#readers.add(notify);
    return () => this.#readers.delete(notify);
  };
}

export function useLiveStatus(store: LiveStore): LiveStatus | null {
  return useSyncExternalStore(store.subscribe, store.read);
}
