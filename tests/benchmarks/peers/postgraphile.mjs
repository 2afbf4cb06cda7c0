// PostGraphile 5 over the product's tables, with a schema of its own making. `node postgraphile.mjs PORT DATABASE_URL`

import { createServer } from 'node:http'
import { postgraphile } from 'postgraphile'
import { makePgService } from 'postgraphile/adaptors/pg'
import { PostGraphileAmberPreset } from 'postgraphile/presets/amber'
import { grafserv } from 'postgraphile/grafserv/node'

// What PostGraphile takes from Node 22 and Node 20 has not.
Promise.withResolvers ??= () => {
  const deferred = {}
  deferred.promise = new Promise((resolve, reject) => Object.assign(deferred, { resolve, reject }))
  return deferred
}

const [port, connectionString] = process.argv.slice(2)
const handler = postgraphile({
  extends: [PostGraphileAmberPreset],
  pgServices: [makePgService({ connectionString, schemas: ['public'] })],
  schema: { defaultBehavior: '+attribute:filterBy +attribute:orderBy' },
  grafast: { explain: false },
  grafserv: { graphiql: false, watch: false },
})
const server = createServer()
await handler.createServ(grafserv).addTo(server)
server.listen(Number(port), '127.0.0.1')
