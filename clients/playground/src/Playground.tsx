import { GraphiQL } from "graphiql";
import type { GraphQLSchema } from "graphql";
import { useMemo, useRef, useState } from "react";

import { createFetcher, type Choices } from "./fetcher";
import { FirstRun } from "./FirstRun";
import type { LiveTransport } from "./live/model";
import { StatusBar } from "./live/StatusBar";
import { LiveStore } from "./live/status";
import { planPlugin } from "./plan/PlanPanel";
import { PlanStore } from "./plan/store";
import type { Settings } from "./settings";

export function Playground({ settings }: { settings: Settings }) {
  const [choices, setChoices] = useState<Choices>({
    token: settings.personas[0]?.token ?? null,
    transport: "websocket",
  });
  // The fetcher outlives renders and reads what is chosen when a request starts.
  const current = useRef(choices);
  current.current = choices;
  const schema = useRef<GraphQLSchema | null>(null);
  const plans = useMemo(() => new PlanStore(), []);
  const live = useMemo(() => new LiveStore(), []);
  const fetcher = useMemo(
    () =>
      createFetcher(settings.endpoint, {
        choices: () => current.current,
        schema: () => schema.current,
        plans,
        live,
      }),
    [settings.endpoint, plans, live],
  );
  const plugins = useMemo(() => [planPlugin(plans)], [plans]);
  const tabs = useMemo(
    () =>
      settings.tabs.map((tab) => ({
        query: tab.query,
        variables: tab.variables ? JSON.stringify(tab.variables, null, 2) : null,
      })),
    [settings.tabs],
  );
  // GraphiQL fills the first tab's variables from this alone; tabs kept from a last visit have theirs.
  const [isFirstVisit] = useState(() => localStorage.getItem("graphiql:tabState") === null);
  return (
    <GraphiQL
      fetcher={fetcher}
      plugins={plugins}
      defaultTabs={tabs.length > 0 ? tabs : undefined}
      initialVariables={(isFirstVisit && tabs[0]?.variables) || undefined}
      defaultEditorToolsVisibility="variables"
      onSchemaChange={(known) => {
        schema.current = known;
      }}
    >
      <GraphiQL.Logo>
        <div className="fc-bar">
          <PersonaSelect settings={settings} token={choices.token} choose={(token) => setChoices({ ...choices, token })} />
          <TransportSelect
            transport={choices.transport}
            choose={(transport) => setChoices({ ...choices, transport })}
          />
          <strong>FusionCommerce</strong>
        </div>
      </GraphiQL.Logo>
      <GraphiQL.Footer>
        <StatusBar store={live} />
      </GraphiQL.Footer>
      {isFirstVisit && <FirstRun />}
    </GraphiQL>
  );
}

function PersonaSelect(props: { settings: Settings; token: string | null; choose: (token: string | null) => void }) {
  const { settings, token, choose } = props;
  if (settings.personas.length === 0) return null;
  return (
    <label>
      as{" "}
      <select value={token ?? ""} onChange={(event) => choose(event.target.value || null)}>
        <option value="">nobody</option>
        {settings.personas.map((persona) => (
          <option key={persona.name} value={persona.token} title={persona.description}>
            {persona.name}
          </option>
        ))}
      </select>
    </label>
  );
}

function TransportSelect(props: { transport: LiveTransport; choose: (transport: LiveTransport) => void }) {
  return (
    <label>
      live over{" "}
      <select
        value={props.transport}
        onChange={(event) => props.choose(event.target.value as LiveTransport)}
      >
        <option value="websocket">WebSocket</option>
        <option value="sse">SSE</option>
      </select>
    </label>
  );
}
