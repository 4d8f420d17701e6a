import { randomUUIDv7 } from 'node:crypto'
import { createAccessLog } from '@yibao/drizzle/access-log'
import { withClient } from '@yibao/drizzle/client'
import { connect } from '@yibao/drizzle/connect'
import { createCrossProvince } from '@yibao/cross-province/schema'
import type { Rulebook } from '@yibao/cross-province/store/rules'
import { seedPersons, type SeedPerson } from '@yibao/insured/seed'
import { asking, keeping } from './asking.ts'
import { reach, type Way } from './both-ways.ts'
import { insuredWorld } from './insured-world.ts'

/** A county hospital and a community centre of Jiayuguan, both designated since 2026. */
export const COUNTY_HOSPITAL = 'H62020000011'
export const COMMUNITY_CENTRE = 'H62020000012'

/** The cross-province subgraph beside the insured one, on one database and one clock. */
export async function filingWorld(way: Way = 'in this process', rules?: Rulebook) {
  const insured = await insuredWorld()
  const { url, time } = insured
  const db = await connect({ url, schema: 'cross_province' })
  await designate(url)
  const { logger, errors } = keeping()
  const crossProvince = await createCrossProvince({
    db,
    clock: () => time.now,
    accessLog: createAccessLog(db),
    logger,
    ...(rules && { rules }),
  })
  const transport = await reach(crossProvince, way)
  /** Id of a paper of a person, as if uploaded for a filing. */
  const paper = async (insuredId: string, purpose = 'FILING'): Promise<string> => {
    const id = randomUUIDv7()
    await withClient({ url, name: 'test' }, async (client) => {
      await client.query(
        `insert into insured.document (document_id, purpose, uploaded_by, pool, insured_id, name, type, size, received,
           sha256, state, created_at, finished_at)
         values ($1, $2, $3, '620200', $4, 'a.pdf', 'application/pdf', 10, 10, sha256('x'), 'STORED', now(), now())`,
        [id, purpose, `person:${insuredId}`, insuredId],
      )
      await client.query(`insert into insured.document_key values ($1::uuid, $1::uuid::text, 'x')`, [id])
    })
    return id
  }
  return {
    url,
    paper,
    db,
    time,
    ask: asking(transport, errors),
    insured,
    seed: (...persons: SeedPerson[]) => seedPersons(insured.db, insured.secrets, persons),
    async close() {
      await transport.close()
      await db.close()
      await insured.close()
    },
  }
}

export type FilingWorld = Awaited<ReturnType<typeof filingWorld>>

/** Straight into the tables: how institutions come to their agreements is tested elsewhere. */
const designate = (url: string) =>
  withClient({ url, name: 'test' }, async (client) => {
    await client.query(`
      insert into institutions.institution (code, name, kind, level, type, credit_code, pool, registered_at) values
        ('${COUNTY_HOSPITAL}', '县医院', 'HOSPITAL', 'LEVEL_2', 'GENERAL_HOSPITAL', '12620200MB00000011', '620200', now()),
        ('${COMMUNITY_CENTRE}', '社区中心', 'HOSPITAL', 'COMMUNITY', 'COMMUNITY_HEALTH_CENTRE', '12620200MB00000012', '620200', now())`)
    await client.query(`
      insert into institutions.agreement (id, institution, pool, begin_on, end_on, status, status_since)
      select gen_random_uuid(), code, pool, '2026-01-01', '2026-12-31', 'ACTIVE', now() from institutions.institution`)
  })
