// GraphQL-ESLint's rules for schemas: schema-recommended and relay, with the exceptions explained here. ESLint reads no
// file above its configuration's folder, so the schema comes by standard input.
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
      // These are results, or parts or events of an object that has an id: a cache must not store them by an id of their own.
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
      // Short, bounded lists (tabs, attachments, services, the nodes of a page) are plain lists; lists that grow are connections.
      '@graphql-eslint/relay-edge-types': [
        'error',
        { withEdgeSuffix: true, shouldImplementNode: true, listTypeCanWrapOnlyEdgeType: false },
      ],
      // Activities are read forward only, from the submission; lists of tickets are read both ways.
      '@graphql-eslint/relay-arguments': ['error', { includeBoth: false }],
    },
  },
]
