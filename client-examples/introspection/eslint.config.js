// GraphQL-ESLint's rules for schemas: all of schema-recommended and of relay, less what is explained here. ESLint reads no
// file above its configuration's folder: the schema comes by standard input.
import path from 'node:path'
import graphql from '@graphql-eslint/eslint-plugin'

const schema = path.resolve(import.meta.dirname, '../../schema.graphql')

export default [
  {
    files: ['**/*.graphql'],
    plugins: { '@graphql-eslint': graphql },
    languageOptions: {
      parser: graphql.parser,
      parserOptions: { graphQLConfig: { schema } },
    },
    rules: {
      ...graphql.configs['flat/schema-recommended'].rules,
      ...graphql.configs['flat/schema-relay'].rules,
      // These are parts or events of something that has an id, or results: no cache is to keep them by one of their own.
      '@graphql-eslint/strict-id-in-types': [
        'error',
        {
          exceptions: {
            suffixes: ['Connection', 'Edge'],
            types: [
              'ActionDone', 'ActionRefused', 'Entitlement', 'FieldRefusal', 'InboxChange', 'Issuer', 'PageInfo',
              'Recipient', 'TabCount', 'TicketChange', 'TicketPage', 'Viewer',
            ],
          },
        },
      ],
      // Short lists that end (tabs, attachments, services, a page's nodes) are plain lists; what grows is a connection.
      '@graphql-eslint/relay-edge-types': [
        'error',
        { withEdgeSuffix: true, shouldImplementNode: true, listTypeCanWrapOnlyEdgeType: false },
      ],
      // The history of a ticket is read forward only, from its submission; the lists of tickets go both ways.
      '@graphql-eslint/relay-arguments': ['error', { includeBoth: false }],
    },
  },
]
