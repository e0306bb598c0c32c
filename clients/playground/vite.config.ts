import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";

// The gateway serves the bundle from its own package, so that a machine with only Python has it.
export default defineConfig({
  plugins: [react()],
  base: "./",
  worker: { format: "es" },
  build: {
    outDir: "../../gateway/server/assets",
    emptyOutDir: true,
    license: { fileName: "LICENSES.md" },
    chunkSizeWarningLimit: 6000,
  },
  server: { proxy: { "/graphql": { target: "http://127.0.0.1:4000", ws: true }, "/playground.json": "http://127.0.0.1:4000" } },
});
