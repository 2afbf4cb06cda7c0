// Writes NAME.gz beside each built file that gets smaller, so that the server need not compress it for each request.
import { readdir, readFile, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { gzipSync } from "node:zlib";
import type { Plugin } from "vite";

const WORTH_BYTES = 1000;
const COMPRESSED_ALREADY = /\.(gz|png|woff2)$/;

export function compressedFiles(): Plugin {
  let folder = "";
  return {
    name: "compressed-files",
    apply: "build",
    configResolved(config) {
      folder = resolve(config.root, config.build.outDir);
    },
    async closeBundle() {
      for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
        if (!entry.isFile() || COMPRESSED_ALREADY.test(entry.name)) continue;
        const path = join(entry.parentPath, entry.name);
        const content = await readFile(path);
        const compressed = gzipSync(content, { level: 9 });
        if (content.length >= WORTH_BYTES && compressed.length < content.length) await writeFile(`${path}.gz`, compressed);
      }
    },
  };
}
