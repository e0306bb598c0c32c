// The playground's own client of live queries, as `client.mjs` drives it: its source is bundled as it stands.
import { mkdtemp, rm } from 'node:fs/promises';
import { fileURLToPath, pathToFileURL } from 'node:url';

import { build } from 'esbuild';
import { buildSchema } from 'graphql';
import WebSocket from 'ws';

const here = fileURLToPath(new URL('.', import.meta.url));
const SOURCE = `${here}../../clients/playground/src/live`;
const SCHEMA = buildSchema(`
  scalar EventCursor
  type Query { live: Boolean }
  type Subscription {
    streamEvents(streamId: ID!, after: EventCursor): Event
    streamState(streamId: ID!): Event
  }
  type Event { sequence: Int }
`);

/** Loads what TypeScript modules export; packages come from this folder. */
async function load(...modules) {
  const folder = await mkdtemp(`${here}node_modules/.playground-`);
  const outfile = `${folder}/bundle.mjs`;
  try {
    const contents = modules.map((name) => `export * from './${name}';`).join('\n');
    await build({
      stdin: { contents, resolveDir: SOURCE },
      bundle: true,
      format: 'esm',
      platform: 'node',
      outfile,
      plugins: [{ name: 'packages', setup: ({ onResolve }) => onResolve({ filter: /^[^.]/ }, () => ({ external: true })) }],
    });
    return await import(pathToFileURL(outfile));
  } finally {
    await rm(folder, { recursive: true });
  }
}

export async function playground(transport, url, headers, tell) {
  globalThis.WebSocket ??= WebSocket; // Node 20 has none
  const { follow, connectOver } = await load('follow', 'transports');
  return (id, request) => {
    const running = follow({
      request,
      connect: connectOver(transport, url, headers),
      schema: () => SCHEMA,
      report: (status) => tell({ id, status }),
    }).subscribe({
      next: (result) => tell({ id, next: result }),
      complete: () => tell({ id, complete: true }),
    });
    return () => running.unsubscribe();
  };
}
