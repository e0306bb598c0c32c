/** What the gateway says about itself at `playground.json`. */
export interface Tab {
  name: string;
  query: string;
  variables?: Record<string, unknown> | null;
}

export interface Persona {
  name: string;
  description: string;
  token: string;
}

export interface Settings {
  endpoint: string;
  tabs: Tab[];
  personas: Persona[];
}

export async function loadSettings(): Promise<Settings> {
  const response = await fetch("playground.json", { headers: { accept: "application/json" } });
  if (!response.ok) throw new Error(`status ${response.status}`);
  return (await response.json()) as Settings;
}
