import { useLiveStatus, type LiveStatus, type LiveStore } from "./status";

/** Says under the answers how the live query stands; what was seen stays above. */
export function StatusBar({ store }: { store: LiveStore }) {
  const status = useLiveStatus(store);
  return (
    <div className="fc-live" role="status" data-state={status?.state}>
      {status && sentence(status)}
    </div>
  );
}

function sentence(status: LiveStatus): string {
  switch (status.state) {
    case "connecting":
      return "Connecting…";
    case "live": {
      const { events, restored } = status;
      const count = events === 0 ? "waiting for the first event" : `${events} event${events === 1 ? "" : "s"}`;
      const again = restored && `connection restored at ${restored.at.toLocaleTimeString()}, went on ${restored.how}`;
      return ["Live", count, again].filter(Boolean).join(" · ");
    }
    case "lost": {
      const seconds = Math.max(1, Math.round(status.pause / 1000));
      const attempt = status.failures > 1 ? ` (attempt ${status.failures})` : "";
      return `Connection lost: ${status.reason}. Trying again in ${seconds} s${attempt}; what was seen stays.`;
    }
  }
}
