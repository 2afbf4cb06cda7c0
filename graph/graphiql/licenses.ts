// The build step that writes dist/THIRD-PARTY-LICENSES.txt: the licence of every package that ends up
// in the bundle, workers included (Vite's own `build.license` does not look into workers), and the
// notices Monaco carries for the code it embeds itself. Nothing else belongs here.
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import type { Plugin } from "vite";

type Package = { name: string; version: string; license: string; text: string };

export function thirdPartyLicenses(fileName: string): { collect: Plugin; emit: Plugin } {
  const packages = new Map<string, Package>();

  const collect: Plugin = {
    name: "licenses-collect",
    generateBundle(_options, bundle) {
      for (const chunk of Object.values(bundle)) {
        if (chunk.type !== "chunk") continue;
        for (const id of chunk.moduleIds) {
          const found = id.includes("/node_modules/") && packageOf(id);
          if (found) packages.set(`${found.name} ${found.version}`, found);
        }
      }
    },
  };

  const emit: Plugin = {
    name: "licenses-emit",
    generateBundle: {
      order: "post",
      handler() {
        const source = [...packages.keys()].sort().map((key) => {
          const { license, text } = packages.get(key)!;
          return `${"=".repeat(80)}\n${key} (${license})\n${"=".repeat(80)}\n\n${text}\n`;
        });
        const intro = "The files next to this one contain code of the following packages.\n";
        this.emitFile({ type: "asset", fileName, source: [intro, ...source].join("\n") });
      },
    },
  };

  return { collect, emit };
}

/** The package a module file belongs to: the nearest package.json with a name and a version. */
function packageOf(moduleId: string): Package | undefined {
  const file = moduleId.replace(/^\0/, "").replace(/\?.*$/, "");
  for (let folder = dirname(file); folder.includes("/node_modules/"); folder = dirname(folder)) {
    const manifest = join(folder, "package.json");
    if (!existsSync(manifest)) continue;
    const { name, version, license, author, repository } = JSON.parse(readFileSync(manifest, "utf8"));
    if (!name || !version) continue;
    const stated = JSON.stringify({ license, author, repository }, null, 2);
    const texts = readdirSync(folder)
      .filter((entry) => /^(licen[cs]e|notice|thirdpartynotices)/i.test(entry))
      .sort()
      .map((entry) => readFileSync(join(folder, entry), "utf8").replace(/\r\n/g, "\n").trim());
    return { name, version, license: license ?? "see below", text: texts.join("\n\n") || `No licence file in the package, which states:\n${stated}` };
  }
}
