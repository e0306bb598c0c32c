import "graphiql/setup-workers/vite";
import "graphiql/style.css";
import "./playground.css";

import { createRoot } from "react-dom/client";

import { Playground } from "./Playground";
import { loadSettings } from "./settings";

const root = createRoot(document.getElementById("root")!);

loadSettings().then(
  (settings) => root.render(<Playground settings={settings} />),
  (error: unknown) =>
    root.render(
      <p className="fc-failure" role="alert">
        The playground could not read its settings: {String(error)}. Is the gateway running?
      </p>,
    ),
);
