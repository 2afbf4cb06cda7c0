// Mercurius on Fastify, with its JIT from the first repetition on. `node mercurius.mjs PORT KNOWN.json`

import Fastify from 'fastify'
import mercurius from 'mercurius'
import { known, port, ticketsOf, typeDefs } from './desk.mjs'

const app = Fastify()
app.register(mercurius, { schema: typeDefs, resolvers: { Query: { tickets: ticketsOf(known()) } }, jit: 1 })
await app.listen({ port, host: '127.0.0.1' })
