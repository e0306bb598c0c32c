import { useSyncExternalStore } from "react";

/** A query plan as the gateway prints it: nested nodes, and the text that `gateway plan` shows. */
export interface PlanNode {
  kind:
    | "Fetch"
    | "Flatten"
    | "Sequence"
    | "Parallel"
    | "Condition"
    | "Subscription"
    | "EventStream"
    | "Defer"
    | "Primary"
    | "Deferred";
  subgraph?: string;
  operation?: string;
  path?: string;
  topic?: string;
  key?: string;
  variable?: string;
  label?: string;
  nodes?: PlanNode[];
}

export interface QueryPlan {
  node: PlanNode | null;
  text: string;
}

/** Holds the plan of the last answer; plans are asked for only while the panel is open. */
export class PlanStore {
  #plan: QueryPlan | null = null;
  #readers = new Set<() => void>();

  wanted = (): boolean => this.#readers.size > 0;

  put = (plan: unknown): void => {
    if (!isPlan(plan)) return;
    this.#plan = plan;
    for (const notify of this.#readers) notify();
  };

  read = (): QueryPlan | null => this.#plan;

  subscribe = (notify: () => void): (() => void) => {
    this.#readers.add(notify);
    return () => this.#readers.delete(notify);
  };
}

function isPlan(value: unknown): value is QueryPlan {
  return typeof value === "object" && value !== null && "node" in value && "text" in value;
}

export function usePlan(store: PlanStore): QueryPlan | null {
  return useSyncExternalStore(store.subscribe, store.read);
}
