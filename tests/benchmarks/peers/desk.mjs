// What the Node peers share: the product's schema, and its list as the recorded SQL reads it. No server here.

import { readFileSync } from 'node:fs'
import Database from 'better-sqlite3'

export const typeDefs = readFileSync(new URL('../../../schema.graphql', import.meta.url), 'utf8')

/** The resolver of `Query.tickets`: the two statements of the one list that the benchmark asks for, prepared once. */
export function ticketsOf({ file, names, page, count }) {
  const database = new Database(file, { readonly: true })
  const [pageOf, countOf] = [database.prepare(page[0]).raw(), database.prepare(count[0]).pluck()]
  const at = Object.fromEntries(names.map((name, place) => [name, place]))
  const node = (row) => ({
    id: Buffer.from(`Ticket:${row[at.id]}`).toString('base64url'),
    number: row[at.number],
    shortDescription: row[at.short_description],
    submittedAt: new Date(row[at.submitted_at]).toISOString(),
    updatedAt: new Date(row[at.updated_at]).toISOString(),
    objectType: row[at.object_type],
    status: row[at.status],
    stateReason: row[at.state_reason],
    assignee: row[at.assignee_id] === null ? null : { displayName: row[at.assignee_name] },
    category: { label: row[at.category_label_fr] },
    subcategory: { label: row[at.subcategory_label_fr] },
  })
  return (_, { tab, search, first }) => {
    if (tab !== 'TO_PROCESS' || search || first !== 20) throw new Error('only the list of the benchmark is served')
    return { totalCount: countOf.get(...count[1]), nodes: pageOf.all(...page[1]).slice(0, first).map(node) }
  }
}

/** The second argument of the command: what `servers.py` writes for a peer to know. */
export const known = () => JSON.parse(readFileSync(process.argv[3], 'utf8'))
export const port = Number(process.argv[2])
