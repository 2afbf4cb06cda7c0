// How the console is built: under /console/, a hash in every name under assets/ so that those may be kept for ever.
// `npm run dev` serves it with reload and asks a `make demo` on its usual port.
import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";
import { compressedFiles } from "./compress.ts";

const server = process.env.SAISINE_URL ?? "http://127.0.0.1:8000";

export default defineConfig({
  base: "/console/",
  plugins: [react(), compressedFiles()],
  build: {
    sourcemap: false,
    modulePreload: { polyfill: false },
    // The policy of the server allows files of ours only: no font or image as a data: address inside the styles.
    assetsInlineLimit: 0,
  },
  server: {
    proxy: {
      "/graphql": { target: server, ws: true },
      "/attachments": server,
      "/demo": server,
      "/console/config.json": server,
    },
  },
});
