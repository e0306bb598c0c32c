import type { GraphiQLPlugin } from "@graphiql/react";

import { usePlan, type PlanNode, type PlanStore } from "./store";

/** Fetches as boxes: what runs at the same time stands side by side, what waits stands below. */
export function planPlugin(store: PlanStore): GraphiQLPlugin {
  return { title: "Query plan", icon: PlanIcon, content: () => <PlanPanel store={store} /> };
}

function PlanIcon() {
  return (
    <svg viewBox="0 0 24 24" fill="none" stroke="currentColor" strokeWidth="1.5" aria-hidden="true">
      <rect x="8" y="2" width="8" height="5" rx="1" />
      <rect x="1" y="16" width="8" height="5" rx="1" />
      <rect x="15" y="16" width="8" height="5" rx="1" />
      <path d="M12 7v4M5 16v-2a3 3 0 0 1 3-3h8a3 3 0 0 1 3 3v2" />
    </svg>
  );
}

function PlanPanel({ store }: { store: PlanStore }) {
  const plan = usePlan(store);
  if (plan === null) {
    return <p className="fc-plan-hint">Run a query while this panel is open: its plan is drawn here.</p>;
  }
  return (
    <div className="fc-plan">
      {plan.node ? <Node node={plan.node} /> : <p className="fc-plan-hint">No subgraph needs to be asked.</p>}
      <details>
        <summary>As text</summary>
        <pre>{plan.text}</pre>
      </details>
    </div>
  );
}

function Node({ node }: { node: PlanNode }) {
  const children = node.nodes ?? [];
  switch (node.kind) {
    case "Fetch":
      return (
        <details className="fc-fetch" style={{ borderColor: subgraphColour(node.subgraph ?? "") }}>
          <summary>
            <b>{node.subgraph}</b>
            {node.path && <code>{node.path}</code>}
          </summary>
          <pre>{node.operation}</pre>
        </details>
      );
    case "EventStream":
      return (
        <div className="fc-fetch fc-stream">
          <b>each event</b> of <code>{node.topic}</code> by <code>{node.key}</code>
        </div>
      );
    case "Parallel":
      return <Group kind="fc-parallel" label="in parallel" nodes={children} />;
    case "Condition":
      return <Group kind="fc-sequence" label={`${node.label} $${node.variable}`} nodes={children} />;
    case "Deferred":
      return <Group kind="fc-sequence" label={node.label ? `later: ${node.label}` : "later"} nodes={children} />;
    case "Flatten":
    case "Sequence":
    case "Subscription":
    case "Defer":
    case "Primary":
      return <Group kind="fc-sequence" nodes={children} />;
  }
}

function Group({ kind, label, nodes }: { kind: string; label?: string; nodes: PlanNode[] }) {
  return (
    <div className={kind}>
      {label && <span className="fc-group-label">{label}</span>}
      {nodes.map((child, index) => (
        <Node key={index} node={child} />
      ))}
    </div>
  );
}

/** The same subgraph has the same colour in every plan. */
function subgraphColour(name: string): string {
  let hash = 0;
  for (const character of name) hash = (hash * 31 + character.codePointAt(0)!) % 360;
  return `hsl(${hash} 65% 55%)`;
}
