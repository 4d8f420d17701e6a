import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { DIRECT, answersOf, designating, GROUND, scoresOf } from './designation-world.ts'
import { auditor, clerk, hospital, institutionsWorld, person, type InstitutionsWorld } from './institutions-world.ts'

let world: InstitutionsWorld
let say: ReturnType<typeof designating>
beforeAll(async () => {
  world = await institutionsWorld()
  say = designating(world)
})
afterAll(() => world.close())

const own = (code: string) => ({ ...hospital(code), scopes: ['institutions:read', 'institutions:write'] as const })

let sequence = 100
async function newHospital(): Promise<string> {
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
  return code
}

const apply = (code: string, change: object = {}) =>
  say(own(code), 'applyForDesignation', { pool: '620200', answers: answersOf(), ...change })

const at = (text: string) => {
  world.time.now = Temporal.Instant.from(text)
}

describe('an application', () => {
  test('goes from the papers over a correction and the evaluation to the agreement, with every step kept', async () => {
    at('2026-11-20T10:00:00+08:00')
    const code = await newHospital()
    const { id: application, ...first } = await apply(code)
    expect(first).toMatchObject({ state: 'SUBMITTED', dueOn: '2026-11-27', dueProvisional: false })
    const missing = [{ criterion: 'physician', reason: '缺医师执业证书' }]
    expect(await say(clerk(), 'returnApplication', { application, missing })).toMatchObject({
      state: 'RETURNED',
      missing,
      dueOn: null,
    })
    at('2026-12-30T10:00:00+08:00')
    const corrected = { application, answers: answersOf('已补正') }
    expect(await say(own(code), 'correctApplication', corrected)).toMatchObject({
      state: 'SUBMITTED',
      missing: null,
      dueProvisional: true,
    })
    const accepted = await say(clerk(), 'acceptApplication', { application })
    expect(accepted).toMatchObject({ state: 'UNDER_EVALUATION', dueOn: '2027-03-30' })
    const evaluation = { application, scores: scoresOf(), passed: true, reason: '现场评估合格' }
    expect(await say(clerk(), 'evaluateApplication', evaluation)).toMatchObject({ state: 'EVALUATED', passed: true })
    const agreed = await say(clerk(), 'agree', { application, institution: code, beginOn: '2027-01-01' })
    expect(agreed).toMatchObject({ status: 'ACTIVE' })
    const { designationApplication: whole } = await world.ask<Record<string, object>>(
      own(code),
      'query ($id: ID!) { designationApplication(id: $id) { state agreement { id } steps { action } } }',
      { id: application },
    )
    expect(whole).toEqual({
      state: 'AGREED',
      agreement: { id: agreed.id },
      steps: ['SUBMITTED', 'RETURNED', 'CORRECTED', 'ACCEPTED', 'EVALUATED', 'AGREED'].map((action) => ({ action })),
    })
    at('2026-11-22T10:00:00+08:00')
  })

  test('answers every condition of its kind of institution once, and names each fault', async () => {
    const code = await newHospital()
    const answers = [
      { criterion: 'physician', value: '有', document: 'x' },
      { criterion: 'physician', value: '' },
      { criterion: 'zoning', value: '药店的条件' },
    ]
    const { problems } = await apply(code, { answers })
    expect(problems.map(({ path, code: fault }: { path: string; code: string }) => `${path} ${fault}`)).toEqual([
      'input.answers[0].document ID_FORM',
      'input.answers[1].criterion CRITERION_TWICE',
      'input.answers[1].value LENGTH',
      'input.answers[2].criterion CRITERION_UNKNOWN',
      ...['operating-months', 'insurance-managers', 'management-systems', 'information-system'].map(
        () => 'input.answers CRITERION_UNANSWERED',
      ),
    ])
  })

  test('is one at a time, for itself, in a pool', async () => {
    const code = await newHospital()
    expect(await apply(code, { pool: null })).toMatchObject({ problems: [{ path: 'input.pool', code: 'REQUIRED' }] })
    expect(await apply(code, { institution: 'H62020000001' })).toMatchObject({ problems: [{ code: 'NOT_OWN' }] })
    const answers = answersOf()
    expect(await say(clerk(), 'applyForDesignation', { institution: code, answers })).toMatchObject({
      state: 'SUBMITTED',
    })
    expect(await apply(code)).toMatchObject({ code: 'APPLICATION_UNDER_WAY' })
    expect(await apply(code, { pool: '620100' })).toMatchObject({ state: 'SUBMITTED' })
  })

  test('takes no step from a state it does not stand in, and only of those concerned', async () => {
    const code = await newHospital()
    const { id: application } = await apply(code)
    const refused = { code: 'APPLICATION_STATE' }
    const evaluation = { application, scores: scoresOf(), passed: true, reason: '合格' }
    expect(await say(clerk(), 'evaluateApplication', evaluation)).toMatchObject(refused)
    expect(await say(clerk(), 'agree', { application, institution: code, beginOn: '2027-01-01' })).toMatchObject(
      refused,
    )
    expect(await say(clerk('620100'), 'acceptApplication', { application })).toMatchObject({ code: 'NOT_FOUND' })
    const withdrawal = { application, reason: '不再申请' }
    expect(await say(own('H62020000001'), 'withdrawApplication', withdrawal)).toMatchObject({ code: 'NOT_FOUND' })
    await expect(say(own(code), 'acceptApplication', { application })).rejects.toThrow('FORBIDDEN')
    await expect(say(person, 'withdrawApplication', withdrawal)).rejects.toThrow('FORBIDDEN')
    expect(await say(own(code), 'withdrawApplication', withdrawal)).toMatchObject({ state: 'WITHDRAWN' })
  })

  test('that failed leads to no agreement, and the next may come when things were put right', async () => {
    at('2026-11-22T10:00:00+08:00')
    const code = await newHospital()
    const { id: application } = await apply(code)
    await say(clerk(), 'acceptApplication', { application })
    const evaluation = { application, scores: scoresOf(10), passed: false, reason: '系统不能对接' }
    expect(await say(clerk(), 'evaluateApplication', evaluation)).toMatchObject({ passed: false })
    expect(await say(clerk(), 'agree', { application, institution: code, beginOn: '2027-01-01' })).toMatchObject({
      code: 'EVALUATION_FAILED',
    })
    expect(await say(clerk(), 'rejectApplication', { application, reason: '评估不合格' })).toMatchObject({
      state: 'REJECTED',
    })
    expect(await apply(code)).toMatchObject({ code: 'REAPPLY_TOO_EARLY' })
    at('2027-02-22T10:00:00+08:00')
    expect(await apply(code)).toMatchObject({ state: 'SUBMITTED' })
    at('2026-11-22T10:00:00+08:00')
  })

  test('is seen by the bureau of its pool, the institution and auditors, alone and in the list', async () => {
    const code = await newHospital()
    const { id } = await apply(code)
    const seenBy = async (who: Parameters<typeof say>[0]) => {
      const query = `query ($id: ID!) { designationApplication(id: $id) { id }
        designationApplications(first: 100) {
          ... on DesignationApplicationConnection { edges { node { id } } } } }`
      const { designationApplication: one, designationApplications: list } = await world.ask<
        Record<string, { id: string; edges: { node: { id: string } }[] } | null>
      >(who, query, { id })
      const listed = list?.edges.some(({ node }) => node.id === id)
      expect(listed).toBe(one !== null)
      return listed
    }
    for (const who of [clerk(), own(code), auditor]) expect(await seenBy(who)).toBe(true)
    for (const who of [clerk('620100'), own('H62020000001')]) expect(await seenBy(who)).toBe(false)
    await expect(seenBy(person)).rejects.toThrow('FORBIDDEN')
  })

  test('leaves no step that could be changed', async () => {
    await expect(world.db.hot.unsafe('delete from institutions.application_event')).rejects.toThrow('permission denied')
    await expect(world.db.hot.unsafe(`update institutions.application set institution = 'x'`)).rejects.toThrow(
      'permission denied',
    )
  })
})

/** What settlement reads of the institution. */
const designation = async (code: string) =>
  (await world.db.hot.unsafe<Answered>('select * from institutions.designation_v1 where institution = $1', [code]))[0]
type Answered = Record<string, unknown>

async function newAgreement(change: object = {}): Promise<{ code: string; agreement: string }> {
  const code = await newHospital()
  const { id } = await say(clerk(), 'agree', { institution: code, beginOn: '2026-01-01', ...DIRECT, ...change })
  return { code, agreement: id }
}

describe('an agreement', () => {
  test('is suspended for fraud for six to twelve months, and resumed by staff, not by itself', async () => {
    const { code, agreement } = await newAgreement()
    const fraud = { agreement, ...GROUND, cause: 'FRAUD' }
    for (const until of [undefined, '2027-05-21', '2027-11-23']) {
      expect(await say(clerk(), 'suspend', { ...fraud, until })).toMatchObject({ problems: [{ code: 'FRAUD_PERIOD' }] })
    }
    expect(await say(clerk(), 'suspend', { ...fraud, until: '2027-05-22' })).toMatchObject({
      status: 'SUSPENDED',
      history: [{}, { cause: 'FRAUD', effectiveOn: '2026-11-22', until: '2027-05-22' }],
    })
    at('2027-08-01T10:00:00+08:00')
    expect(await designation(code)).toMatchObject({ status: 'SUSPENDED', cause: 'FRAUD', suspensions: null })
    expect(await say(clerk(), 'resume', { agreement, reason: '整改合格' })).toMatchObject({ status: 'ACTIVE' })
    expect(await designation(code)).toMatchObject({
      status: 'ACTIVE',
      cause: null,
      suspensions: [['2026-11-22T02:00:00Z', '2027-08-01T02:00:00Z']],
    })
    at('2026-11-22T10:00:00+08:00')
  })

  test('is terminated at once or from a day to come, never in the past', async () => {
    const { code, agreement } = await newAgreement({ endOn: '2026-12-31' })
    const ending = { agreement, reason: '机构申请', legalGround: '服务协议第十条', cause: 'REQUEST' }
    for (const [from, fault] of [
      ['2026-11-22', 'NOT_AHEAD'],
      ['2026-11-01', 'NOT_AHEAD'],
      ['x', 'DATE'],
      ['2027-01-02', 'AGREEMENT_ENDS_BEFORE'],
    ] as const) {
      expect(await say(clerk(), 'terminate', { ...ending, from })).toMatchObject({ problems: [{ code: fault }] })
    }
    expect(await say(clerk(), 'suspend', { ...ending, from: '2026-12-01' })).toMatchObject({
      problems: [{ path: 'input.from', code: 'NOT_FOR_THIS' }],
    })
    expect(await say(clerk(), 'terminate', { ...ending, from: '2026-12-01' })).toMatchObject({
      status: 'ACTIVE',
      endOn: '2026-11-30',
      terminatesOn: '2026-12-01',
    })
    expect(await designation(code)).toMatchObject({ status: 'ACTIVE', cause: 'REQUEST' })
    expect(await say(clerk(), 'terminate', ending)).toMatchObject({ status: 'TERMINATED' })
  })

  test('goes on from the one before it', async () => {
    const { code, agreement } = await newAgreement({ endOn: '2026-12-31' })
    expect(await say(clerk(), 'agree', { institution: code, beginOn: '2027-01-01' })).toMatchObject({
      renews: agreement,
    })
  })

  test('covers more from a day, or no longer, with a history', async () => {
    const { agreement } = await newAgreement()
    const change = { agreement, capability: 'CHRONIC', granted: true, reason: '通过慢特病评估' }
    expect(await say(clerk(), 'setCapability', { ...change, from: '2026-11-21' })).toMatchObject({
      problems: [{ path: 'input.from', code: 'NOT_AHEAD' }],
    })
    expect(await say(clerk(), 'setCapability', change)).toMatchObject({
      capabilities: [{ capability: 'CHRONIC', beginOn: '2026-11-22', endOn: null }],
    })
    expect(await say(clerk(), 'setCapability', change)).toMatchObject({ code: 'ALREADY_GRANTED' })
    const end = { ...change, granted: false, from: '2027-01-01' }
    expect(await say(clerk('620100'), 'setCapability', end)).toMatchObject({ code: 'NOT_FOUND' })
    expect(await say(clerk(), 'setCapability', end)).toMatchObject({
      capabilities: [{ capability: 'CHRONIC', beginOn: '2026-11-22', endOn: '2026-12-31' }],
    })
    expect(await say(clerk(), 'setCapability', end)).toMatchObject({ code: 'NOT_GRANTED' })
  })
})

test('a level holds from its day, and what settles bills is told every level with its day', async () => {
  const { code } = await newAgreement()
  const change = { institution: code, level: 'LEVEL_3', reason: '评审升级', from: '2027-01-01' }
  expect(await say(clerk(), 'changeLevel', { ...change, level: 'PHARMACY' })).toMatchObject({ code: 'KIND_MISMATCH' })
  expect(await say(clerk(), 'changeLevel', { ...change, from: '2026-11-01' })).toMatchObject({
    problems: [{ code: 'NOT_AHEAD' }],
  })
  expect(await say(clerk(), 'changeLevel', change)).toMatchObject({
    level: 'LEVEL_2',
    levels: [{ beginOn: '2027-01-01', level: 'LEVEL_3' }],
  })
  expect(await say(clerk(), 'changeLevel', change)).toMatchObject({ code: 'LEVEL_ALREADY_DECIDED' })
  expect(await designation(code)).toMatchObject({
    levels: [
      [null, 'LEVEL_2'],
      ['2027-01-01', 'LEVEL_3'],
    ],
  })
})
