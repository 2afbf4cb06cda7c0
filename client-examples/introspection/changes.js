// What callers notice between two versions of the schema. Ends with 1 where something breaks them that was not announced.
import { readFileSync } from 'node:fs'
import { CriticalityLevel, diff, DiffRule } from '@graphql-inspector/core'
import { buildSchema } from 'graphql'

const [before, after] = process.argv.slice(2).map((file) => buildSchema(readFileSync(file, 'utf8')))
// What was deprecated in the version before may go: README.md has the policy.
const changes = await diff(before, after, [DiffRule.suppressRemovalOfDeprecatedField])
for (const { criticality, message } of changes) console.log(`${criticality.level}: ${message}`)
const breaking = changes.filter((change) => change.criticality.level === CriticalityLevel.Breaking)
console.log(`${changes.length} changes, ${breaking.length} breaking`)
process.exit(breaking.length ? 1 : 0)
