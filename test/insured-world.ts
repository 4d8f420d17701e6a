import { generateKeyPairSync, randomBytes, randomUUIDv7 } from 'node:crypto'
import { createAccessLog } from '@yibao/drizzle/access-log'
import { withClient } from '@yibao/drizzle/client'
import { connect } from '@yibao/drizzle/connect'
import { artificialIdentity } from '@yibao/insured/domain/artificial-identity'
import { createInsured } from '@yibao/insured/schema'
import type { SeedPerson } from '@yibao/insured/seed'
import type { Identity, Scope } from '@yibao/schema/identity'
import { asking, keeping } from './asking.ts'
import { reach, type Way } from './both-ways.ts'
import { testDatabase } from './database.ts'

export const HOSPITAL = 'H62020000001'
const OTHER_HOSPITALS = ['H62020000002', 'H62020000008', 'H62020000009']

const scopes: Scope[] = ['insured:read', 'filing:read']
export const institution = (code: string = HOSPITAL, more: Scope[] = []): Identity => ({
  kind: 'institution',
  institution: code,
  subject: code,
  scopes: [...scopes, ...more],
})
export const staff = (pool = '620200', more: Scope[] = ['insured:write']): Identity => ({
  kind: 'staff',
  pool,
  subject: `clerk-${pool}`,
  scopes: [...scopes, ...more],
})
export const personOf = (insuredId: string, more: Scope[] = ['filing:write']): Identity => ({
  kind: 'person',
  insuredId,
  subject: insuredId,
  scopes: [...scopes, ...more],
})
export const auditor: Identity = { kind: 'auditor', subject: 'auditor', scopes: [...scopes, 'audit:read'] }

let sequence = 0

/** A person insured in Jiayuguan since 2020, unless said otherwise. Each has a birth date of their own. */
export function newPerson(change: Partial<SeedPerson> = {}): SeedPerson {
  const number = ++sequence
  const birthDate = Temporal.PlainDate.from('1960-01-01').add({ days: number })
  return {
    insuredId: randomUUIDv7(),
    personNumber: `6202${String(number).padStart(8, '0')}`,
    name: '甲样本',
    sex: '1',
    birthDate: birthDate.toString(),
    identityNumber: artificialIdentity('620200', birthDate, 1),
    enrolments: [{ pool: '620200', insuranceType: '310', personType: '1101', beginOn: '2020-01-01' }],
    ...change,
  }
}

/** The insured subgraph on a database of its own, with a clock that can be set. */
export async function insuredWorld(way: Way = 'in this process') {
  const database = await testDatabase()
  const { url } = database
  const db = await connect({ url, schema: 'insured' })
  const secrets = { dataKey: randomBytes(32), lookupKey: randomBytes(32), receipt: generateKeyPairSync('ed25519') }
  const time = { now: Temporal.Instant.from('2026-11-22T10:00:00+08:00') }
  await designate(url)
  const { logger, errors } = keeping()
  const subgraph = await createInsured({
    db,
    secrets,
    clock: () => time.now,
    accessLog: createAccessLog(db),
    logger,
  })
  const insured = await reach(subgraph, way)
  return {
    url,
    db,
    secrets,
    time,
    ask: asking(insured, errors),
    /** What was logged as a warning or an error. */
    logged: errors,
    async close() {
      await insured.close()
      await db.close()
      await database.close()
    },
  }
}

/** Straight into the tables: how institutions come to their agreements is tested elsewhere. */
const designate = (url: string) =>
  withClient({ url, name: 'test' }, async (client) => {
    for (const code of [HOSPITAL, ...OTHER_HOSPITALS]) {
      await client.query(
        `with one as (
           insert into institutions.institution (code, name, kind, level, type, credit_code, pool, registered_at)
           values ($1, '医院', 'HOSPITAL', 'LEVEL_2', 'GENERAL_HOSPITAL', '12620200MB00000001', '620200', now())
           returning code, pool)
         insert into institutions.agreement (id, institution, pool, begin_on, status, status_since)
         select gen_random_uuid(), code, pool, '2020-01-01', 'ACTIVE', now() from one`,
        [code],
      )
    }
  })

export type InsuredWorld = Awaited<ReturnType<typeof insuredWorld>>
