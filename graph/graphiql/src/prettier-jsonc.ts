// The "prettify" button of the Variables and Headers tabs: a Prettier plugin of a few lines over
// jsonc-parser, in place of Prettier's whole JavaScript parser (vite.config.ts puts this module there).
import { applyEdits, format } from "jsonc-parser";
import type { Parser, Printer } from "prettier";

const layout = { insertSpaces: true, tabSize: 2 };

export const parsers: Record<string, Parser<string>> = {
  jsonc: { parse: (text) => text, astFormat: "jsonc", locStart: () => 0, locEnd: (text) => text.length },
};

export const printers: Record<string, Printer<string>> = {
  jsonc: { print: ({ node }) => applyEdits(node, format(node, undefined, layout)).trim() },
};
