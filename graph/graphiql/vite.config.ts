// Builds the bundle in dist/: served under /graphiql/, file names without a hash (so that git shows changes),
// no source maps, Monaco's workers as files of this server.
// Any choice about size, file names or browsers belongs here; behaviour belongs in src/.
import { fileURLToPath } from "node:url";
import { defineConfig } from "vite";
import { compressedFiles } from "./compress.ts";
import { thirdPartyLicenses } from "./licenses.ts";

const output = {
  entryFileNames: "[name].js",
  assetFileNames: "[name][extname]",
  codeSplitting: false,
};
const ours = (file: string) => fileURLToPath(new URL(`./src/${file}`, import.meta.url));
const licenses = thirdPartyLicenses("THIRD-PARTY-LICENSES.txt");

export default defineConfig({
  base: "/graphiql/",
  resolve: {
    alias: [
      { find: "monaco-editor/esm/vs/editor/edcore.main.js", replacement: ours("monaco.ts") },
      { find: /^\..*\/(multiD|d)iffEditorWidget\.js$/, replacement: ours("no-diff-editor.ts") },
      { find: /^prettier\/(parser-babel|plugins\/estree)$/, replacement: ours("prettier-jsonc.ts") },
    ],
  },
  build: {
    sourcemap: false,
    modulePreload: { polyfill: false },
    chunkSizeWarningLimit: 5000,
    rolldownOptions: { output, checks: { moduleLevelDirective: false } },
  },
  worker: { rolldownOptions: { output }, plugins: () => [licenses.collect] },
  plugins: [licenses.collect, licenses.emit, compressedFiles()],
});
