// A process of its own that takes a file into the catalogue and says how long that took and how much memory: what
// `process.resourceUsage` calls its largest resident set, of the whole process and not of JavaScript alone.
import { connect } from '@yibao/drizzle/connect'
import { importFile } from '@yibao/institutions/commands/import-file'
import { systemClock } from '@yibao/schema/dates'

const [, , url = '', file = ''] = process.argv
// As many connections as the platform gives to this subgraph.
const db = await connect({ url, schema: 'institutions', hot: 1, writers: 1, readers: 1 })
const begin = performance.now()
const { added, bad } = await importFile({
  db,
  clock: systemClock,
  file,
  kind: 'CATALOGUE',
  pool: null,
  reportFile: `${file}.errors.csv`,
})
const seconds = (performance.now() - begin) / 1000
await db.close()
process.stdout.write(JSON.stringify({ seconds, peakMiB: process.resourceUsage().maxRSS / 1024, added, bad }))
