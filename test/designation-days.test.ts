import { followDays } from '@yibao/institutions/commands/agreement-days'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { DIRECT, designating, GROUND } from './designation-world.ts'
import { clerk, institutionsWorld, type InstitutionsWorld } from './institutions-world.ts'

let world: InstitutionsWorld
let say: ReturnType<typeof designating>
beforeAll(async () => {
  world = await institutionsWorld()
  say = designating(world)
})
afterAll(() => world.close())

const at = (text: string) => {
  world.time.now = Temporal.Instant.from(text)
}

let sequence = 100
async function newAgreement(change: object = {}): Promise<{ code: string; agreement: string }> {
  sequence += 1
  const code = `H62020000${sequence}`
  const input = {
    code,
    name: '嘉峪关新医院',
    level: 'LEVEL_2',
    type: 'GENERAL_HOSPITAL',
    creditCode: '91440300708461136T',
  }
  expect(await say(clerk(), 'registerInstitution', input)).toMatchObject({ code })
  const { id } = await say(clerk(), 'agree', { institution: code, beginOn: '2026-01-01', ...DIRECT, ...change })
  return { code, agreement: id }
}

/** What settlement reads of the institution. */
const designation = async (code: string) =>
  (await world.db.hot.unsafe<object>('select * from institutions.designation_v1 where institution = $1', [code]))[0]

async function statusOf(code: string): Promise<string | undefined> {
  const query = 'query ($code: ID!) { institution(code: $code) { agreements { status } } }'
  const { institution } = await world.ask<{ institution: { agreements: { status: string }[] } }>(clerk(), query, {
    code,
  })
  return institution.agreements[0]?.status
}

/** What the institution is told, with its day. */
const told = async (code: string) => {
  const rows = await world.db.hot.unsafe<{ template: string; day: string }>(
    `select payload ->> 'template' as template, payload -> 'data' ->> 'day' as day from institutions.outbox
     where topic = 'message.wanted' and payload -> 'to' ->> 'institution' = $1 order by id`,
    [code],
  )
  return rows.map(({ template, day }) => `${template} ${day}`)
}
const follow = () => followDays({ db: world.db, clock: () => world.time.now })

describe('as days pass', () => {
  test('an institution is told once that its agreement ends soon, and not when it is renewed', async () => {
    at('2026-11-22T10:00:00+08:00')
    const [one, renewed] = [await newAgreement({ endOn: '2026-12-31' }), await newAgreement({ endOn: '2026-12-31' })]
    const later = await newAgreement({ endOn: '2027-01-31' })
    await say(clerk(), 'agree', { institution: renewed.code, beginOn: '2027-01-01' })
    await Promise.all([follow(), follow(), follow()])
    await follow()
    expect(await told(one.code)).toEqual(['agreement.expiring 2026-12-31'])
    expect(await told(renewed.code)).toEqual([])
    expect(await told(later.code)).toEqual([])
  })

  test('a termination decided beforehand is carried out on its day', async () => {
    at('2026-11-22T10:00:00+08:00')
    const { code, agreement } = await newAgreement()
    await say(clerk(), 'terminate', { agreement, ...GROUND, from: '2026-12-01' })
    at('2026-11-30T23:59:00+08:00')
    await follow()
    expect(await statusOf(code)).toBe('ACTIVE')
    at('2026-12-01T00:00:30+08:00')
    await follow()
    expect(await statusOf(code)).toBe('TERMINATED')
    // Settlement goes by the last day, so that care before it stays payable.
    expect(await designation(code)).toMatchObject({ status: 'ACTIVE', since: null, cause: 'OTHER' })
    expect(await told(code)).toEqual(['agreement.terminated 2026-12-01'])
    at('2026-11-22T10:00:00+08:00')
  })

  test('one that is suspended on the day of its decided end is terminated for settlement too', async () => {
    at('2026-11-22T10:00:00+08:00')
    const { code, agreement } = await newAgreement()
    await say(clerk(), 'terminate', { agreement, ...GROUND, from: '2026-12-01' })
    at('2026-11-25T10:00:00+08:00')
    await say(clerk(), 'suspend', { agreement, ...GROUND })
    at('2026-12-02T10:00:00+08:00')
    await follow()
    expect(await designation(code)).toMatchObject({ status: 'TERMINATED' })
    at('2026-11-22T10:00:00+08:00')
  })
})
