// graphql-ws on ws: every client's subscription is executed for every event. `node fanout.mjs PORT`
// POST a message of the product: its change is the event.

import { createServer } from 'node:http'
import { createPubSub, createSchema } from 'graphql-yoga'
import { useServer } from 'graphql-ws/use/ws'
import { WebSocketServer } from 'ws'
import { port, typeDefs } from './desk.mjs'

const events = createPubSub()
const inboxChanges = { subscribe: () => events.subscribe('change'), resolve: (change) => change }
const schema = createSchema({ typeDefs, resolvers: { Subscription: { inboxChanges } } })

const server = createServer(async (request, response) => {
  const parts = []
  for await (const part of request) parts.push(part)
  events.publish('change', JSON.parse(Buffer.concat(parts)).payload.data.inboxChanges)
  response.end('{"data":{"sent":true}}')
})
useServer({ schema }, new WebSocketServer({ server, path: '/graphql' }))
server.listen(port, '127.0.0.1')
