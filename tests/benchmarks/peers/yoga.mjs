// GraphQL Yoga on Node's own HTTP server. `node yoga.mjs PORT KNOWN.json`

import { createServer } from 'node:http'
import { createSchema, createYoga } from 'graphql-yoga'
import { known, port, ticketsOf, typeDefs } from './desk.mjs'

const schema = createSchema({ typeDefs, resolvers: { Query: { tickets: ticketsOf(known()) } } })
createServer(createYoga({ schema, graphiql: false, logging: false })).listen(port, '127.0.0.1')
