// A process of its own that reconciles a file of lines and says how long that took, from the first byte to the report, and
// how much memory: what `process.resourceUsage` calls its largest resident set.
import { randomBytes, randomUUIDv7 } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { openStorage } from '@yibao/documents/storage'
import { connect } from '@yibao/drizzle/connect'
import { systemClock } from '@yibao/schema/dates'
import { advanceReconciliations } from '@yibao/settlement/commands/reconciliation-advance'
import { readLinesFile } from '@yibao/settlement/commands/reconciliation-file'
import type { ReconciliationScope } from '@yibao/settlement/domain/reconciliation'
import { findReconciliation } from '@yibao/settlement/store/reconciliation'
import { addRun } from '@yibao/settlement/store/reconciliation-add'

const [, , url = '', file = '', folder = '', id = '', asked = ''] = process.argv
const { from, to, ...rest } = JSON.parse(asked)
const scope: ReconciliationScope = { ...rest, from: Temporal.PlainDate.from(from), to: Temporal.PlainDate.from(to) }
// As many connections as the platform gives to this subgraph.
const db = await connect({ url, schema: 'settlement', hot: 8, writers: 1, readers: 2 })
const secrets = { dataKey: randomBytes(32), lookupKey: randomBytes(32) }
const documents = await openStorage({ kind: 'folder', folder }, secrets)
const services = { db, clock: systemClock, documents }
const run = { id, scope, kind: 'FILE', caller: 'bench', documentId: randomUUIDv7(), expected: null } as const
const begin = performance.now()
// A run that is there already was left by a process that died.
const left = await findReconciliation(db.orm, id)
if (left === null) await db.orm.transaction((tx) => addRun(tx, { ...run, at: systemClock() }))
const readFile = (todo: Parameters<typeof readLinesFile>[1]) =>
  readLinesFile(services, todo, () => Promise.resolve(createReadStream(file)))
for (let state = ''; state !== 'DIFFERENT' && state !== 'BALANCED';) {
  await advanceReconciliations(services, { readFile, milliseconds: 0 })
  state = (await findReconciliation(db.orm, id))?.state ?? ''
  if (state === 'FAILED') throw new Error('the reconciliation failed')
}
const seconds = (performance.now() - begin) / 1000
await db.close()
process.stdout.write(JSON.stringify({ seconds, peakMiB: process.resourceUsage().maxRSS / 1024 }))
