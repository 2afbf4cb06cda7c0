// Prints the changes between two versions of the schema. The exit code is 1 where an unannounced change breaks callers.
import { readFileSync } from 'node:fs'
import { CriticalityLevel, diff, DiffRule } from '@graphql-inspector/core'
import { buildSchema } from 'graphql'

const [before, after] = process.argv.slice(2).map((file) => buildSchema(readFileSync(file, 'utf8')))
// A field that the earlier version deprecates may be removed: see the policy in README.md.
const changes = await diff(before, after, [DiffRule.suppressRemovalOfDeprecatedField])
for (const { criticality, message } of changes) console.log(`${criticality.level}: ${message}`)
const breaking = changes.filter((change) => change.criticality.level === CriticalityLevel.Breaking)
console.log(`${changes.length} changes, ${breaking.length} breaking`)
process.exit(breaking.length ? 1 : 0)
