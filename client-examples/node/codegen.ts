// Typed documents from the schema and `documents/`, as strings: a plain fetch needs no parsed document.
import type { CodegenConfig } from "@graphql-codegen/cli";

export default {
  schema: "../../schema.graphql",
  documents: "documents/*.graphql",
  generates: {
    "src/gql/": {
      preset: "client",
      presetConfig: { fragmentMasking: false },
      config: {
        documentMode: "string",
        strictScalars: true,
        skipTypename: true,
        enumsAsTypes: true,
        useTypeImports: true,
        importExtension: ".js",
        scalars: { DateTime: "string", Cursor: "string", Upload: "File" },
      },
    },
  },
} satisfies CodegenConfig;
