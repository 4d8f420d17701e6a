import { connect } from '@yibao/drizzle/connect'
import { createInstitutions } from '@yibao/institutions/schema'
import { seedInstitutions, type SeedInstitution } from '@yibao/institutions/seed'
import type { Identity, Scope } from '@yibao/schema/identity'
import { asking, keeping } from './asking.ts'
import { testDatabase } from './database.ts'

const scopes: Scope[] = ['institutions:read']

export const HOSPITAL = 'H62020000001'
export const PHARMACY = 'P62010000001'

export const hospital = (code = HOSPITAL): Identity => ({
  kind: 'institution',
  institution: code,
  subject: code,
  scopes,
})
export const clerk = (pool = '620200'): Identity => ({
  kind: 'staff',
  pool,
  subject: `clerk-${pool}`,
  scopes: [...scopes, 'institutions:write'],
})
/** Staff of the bureau without the right to write. */
export const reader = (pool = '620200'): Identity => ({ kind: 'staff', pool, subject: `reader-${pool}`, scopes })
export const person: Identity = {
  kind: 'person',
  insuredId: '01890000-0000-7000-8000-000000000001',
  subject: '62020000000001',
  scopes,
}
export const auditor: Identity = { kind: 'auditor', subject: 'auditor', scopes: [...scopes, 'audit:read'] }

const SEED: readonly SeedInstitution[] = [
  {
    code: HOSPITAL,
    name: '嘉峪关测试医院',
    level: 'LEVEL_2',
    type: 'GENERAL_HOSPITAL',
    creditCode: '12100000400010275N',
    pool: '620200',
    agreedFrom: '2023-01-01',
  },
  {
    code: PHARMACY,
    name: '兰州测试药房',
    level: 'PHARMACY',
    type: 'RETAIL_PHARMACY',
    creditCode: '91350100M000100Y43',
    pool: '620100',
    agreedFrom: '2024-01-01',
  },
]

/** The institutions subgraph on a database of its own with a hospital and a pharmacy, and a clock that can be set. */
export async function institutionsWorld() {
  const database = await testDatabase()
  const db = await connect({ url: database.url, schema: 'institutions' })
  const time = { now: Temporal.Instant.from('2026-11-22T10:00:00+08:00') }
  await seedInstitutions(db, SEED, time.now)
  const { logger, errors } = keeping()
  const institutions = await createInstitutions({
    db,
    clock: () => time.now,
    logger,
  })
  return {
    db,
    time,
    ask: asking(institutions, errors),
    async close() {
      await db.close()
      await database.close()
    },
  }
}

export type InstitutionsWorld = Awaited<ReturnType<typeof institutionsWorld>>
