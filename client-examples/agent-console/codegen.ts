// Typed documents from the server's schema and the `.graphql` file beside each component.
import type { CodegenConfig } from "@graphql-codegen/cli";

export default {
  schema: "../../schema.graphql",
  documents: "src/**/*.graphql",
  generates: {
    "src/gql/": {
      preset: "client",
      presetConfig: { fragmentMasking: false },
      config: {
        strictScalars: true,
        enumsAsTypes: true,
        useTypeImports: true,
        scalars: { DateTime: "string", Cursor: "string", Upload: "File" },
      },
    },
  },
} satisfies CodegenConfig;
