import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { ADMITTED, admission, announcing, DISCHARGED, PNEUMONIA, REJECTION, STAYS, staysOf } from './exchange-stays.ts'
import { GANSU_POOL, HOSPITAL, openTwoProvinces, OTHER_HOSPITAL, type TwoProvinces } from './two-provinces.ts'
import { CANCEL_FILING, FILE } from './world-queries.ts'
import type { Data } from './world.ts'

// Somebody insured in Gansu lies in a hospital in Sichuan: what happens there is announced to home, and no notice is lost.

let two: TwoProvinces
let stays: ReturnType<typeof staysOf>
beforeAll(async () => {
  two = await openTwoProvinces()
  stays = staysOf(two)
})
afterAll(async () => {
  await two.close()
})

describe('a stay', () => {
  test('is known at home from its admission over a change to its discharge, and the person sees it and is told', async () => {
    const person = await stays.patient()
    const input = admission(person)
    const admitted = await stays.announce('Admission', input)
    expect(admitted).toMatchObject({
      __typename: 'IncomingStay',
      visit: input.visit,
      insuredId: person.insuredId,
      state: 'ADMITTED',
      isRecorded: true,
      notices: [{ type: 'admission', state: 'RECORDED', attempts: 1, code: null, reason: null, nextAt: null }],
    })
    expect(await stays.mine(person)).toEqual([
      {
        id: admitted.id,
        pool: GANSU_POOL,
        province: '51',
        institution: HOSPITAL,
        institutionName: '成都示范医院01',
        visit: input.visit,
        careType: '21',
        diagnoses: [PNEUMONIA],
        admittedAt: '2026-11-21T01:30:00Z',
        dischargedAt: null,
        dischargeWay: null,
        state: 'ADMITTED',
      },
    ])
    const { visit } = input
    const other = { code: 'J15.900', name: '细菌性肺炎' }
    expect(await stays.announce('Change', { visit, diagnoses: [other] })).toMatchObject({
      isRecorded: true,
      department: 'A03',
    })
    expect(await stays.announce('Discharge', { visit, end: DISCHARGED, way: 'ON_ORDER' })).toMatchObject({
      state: 'DISCHARGED',
      isRecorded: true,
      notices: [{ type: 'admission' }, { type: 'change' }, { type: 'discharge', state: 'RECORDED' }],
    })
    expect(await stays.mine(person)).toMatchObject([
      { state: 'DISCHARGED', dischargedAt: '2026-11-22T01:00:00Z', dischargeWay: 'ON_ORDER', diagnoses: [other] },
    ])
    const { rows } = await two.gansu.admin.query(
      `select payload->>'template' as template, payload->'data'->>'institution' as institution
       from cross_province.outbox where topic = 'message.wanted' and insured_id = $1 order by id`,
      [person.insuredId],
    )
    expect(rows).toEqual([
      { template: 'stay.admitted', institution: HOSPITAL },
      { template: 'stay.discharged', institution: HOSPITAL },
    ])
  })

  test('keeps the filing it lies under, also one added during it, from being cancelled until the discharge', async () => {
    const person = await stays.patient()
    const { visit } = await stays.announce('Admission', admission(person))
    const as = (query: string, variables: object) =>
      two.gansu.as(person.personNumber, query, { requestId: randomUUID(), ...variables })
    const { fileTreatmentElsewhere: filed } = await as(FILE, {
      input: { type: 'OTHER_TEMPORARY', destination: '510100' },
    })
    expect(filed).toMatchObject({ __typename: 'Filing', state: 'EFFECTIVE' })
    const cancel = async () => (await as(CANCEL_FILING, { filingId: filed.id })).cancelFiling
    expect(await cancel()).toMatchObject({
      code: 'STAY_OPEN',
      message: { zh: expect.stringContaining('announceDischarge'), en: expect.stringContaining('announceDischarge') },
    })
    await stays.announce('Discharge', { visit, end: DISCHARGED, way: 'ON_ORDER' })
    expect(await cancel()).toMatchObject({ __typename: 'Filing' })
  })

  test('whose admission was a mistake is cancelled, and its number can be used again; a discharge can be taken back', async () => {
    const person = await stays.patient()
    const input = admission(person)
    const { visit } = input
    await stays.announce('Admission', input)
    expect(await stays.announce('Change', { visit, takesBack: 'DISCHARGE' })).toMatchObject({
      code: 'STAY_NOT_DISCHARGED',
    })
    await stays.announce('Discharge', { visit, end: DISCHARGED, way: 'TRANSFER' })
    expect(await stays.announce('Change', { visit, takesBack: 'ADMISSION' })).toMatchObject({ code: 'STAY_DISCHARGED' })
    expect(await stays.announce('Change', { visit, takesBack: 'DISCHARGE' })).toMatchObject({
      state: 'ADMITTED',
      dischargedAt: null,
      isRecorded: true,
    })
    expect(await stays.announce('Change', { visit, takesBack: 'ADMISSION' })).toMatchObject({
      state: 'CANCELLED',
      isRecorded: true,
    })
    expect(await stays.announce('Discharge', { visit, end: ADMITTED, way: 'ON_ORDER' })).toMatchObject({
      code: 'NOT_FOUND',
    })
    expect(await stays.announce('Admission', input)).toMatchObject({ state: 'ADMITTED', isRecorded: true })
    expect((await stays.mine(person)).map((one): string => one.state).toSorted()).toEqual(['ADMITTED', 'CANCELLED'])
  })
})

describe('when home does not answer', () => {
  test('what was announced waits in its order, is sent again, and reaches home once', async () => {
    const person = await stays.patient()
    const input = admission(person)
    const { visit } = input
    await two.whileGansuIsDown(async () => {
      expect(await stays.announce('Admission', input)).toMatchObject({
        state: 'ADMITTED',
        isRecorded: false,
        notices: [
          { type: 'admission', state: 'WAITING', attempts: 1, code: 'ECONNREFUSED', nextAt: expect.any(String) },
        ],
      })
      await stays.announce('Discharge', { visit, end: DISCHARGED, way: 'ON_ORDER' })
      await stays.work()
      const { notices } = await stays.stayOf(visit)
      expect(notices.map((one: Data) => [one.type, one.state])).toEqual([
        ['admission', 'WAITING'],
        ['discharge', 'WAITING'],
      ])
      expect(await stays.mine(person)).toEqual([])
      for (let i = 0; i < 9; i += 1) {
        two.sichuan.time.now = two.sichuan.time.now.add({ minutes: 10 })
        await stays.work()
      }
      expect(await stays.toldOf(visit)).toEqual(['stay.unanswered'])
      const waiting = await two.sichuan.as('auditor', STAYS, { unrecorded: true })
      expect(waiting.incomingStays.edges.map(({ node }: Data) => node.visit)).toContain(visit)
    })
    // Several processes at once, or a person of the bureau who is impatient.
    two.sichuan.time.now = two.sichuan.time.now.add({ minutes: 10 })
    await Promise.all([stays.work(), stays.work(), stays.work()])
    expect(await stays.stayOf(visit)).toMatchObject({ state: 'DISCHARGED', isRecorded: true })
    expect(await stays.mine(person)).toMatchObject([{ visit, state: 'DISCHARGED' }])
  })

  test('what waits behind an unanswered notice does not have that one said sooner, nor the hospital told early', async () => {
    const { visit } = await two.whileGansuIsDown(async () => {
      const admitted = await stays.announce('Admission', admission(await stays.patient()))
      await stays.announce('Discharge', { visit: admitted.visit, end: DISCHARGED, way: 'ON_ORDER' })
      for (let i = 0; i < 24; i += 1) {
        two.sichuan.time.now = two.sichuan.time.now.add({ seconds: 5 })
        await stays.work()
      }
      return admitted
    })
    // Two minutes: said twice while the hospital waited, and by the worker after 10, 20 and 40 seconds.
    const [first] = (await stays.stayOf(visit)).notices
    expect(first.attempts).toBeLessThanOrEqual(6)
    expect(await stays.toldOf(visit)).toEqual([])
  })

  test('the same request gives the same stay, and another body under it is refused', async () => {
    const input = admission(await stays.patient())
    const requestId = randomUUID()
    const first = await stays.announce('Admission', input, HOSPITAL, requestId)
    expect(await stays.announce('Admission', input, HOSPITAL, requestId)).toEqual(first)
    expect(await stays.announce('Admission', { ...input, careType: '24' }, HOSPITAL, requestId)).toMatchObject({
      __typename: 'RequestReused',
    })
    expect(await stays.announce('Admission', input)).toMatchObject({ code: 'VISIT_EXISTS' })
  })
})

test('an admission home refuses says why, nothing more of it is sent, and it can be announced anew', async () => {
  const stranger = await stays.stranger()
  const input = admission(stranger)
  const refused = await stays.announce('Admission', input)
  expect(refused).toMatchObject({
    state: 'REFUSED',
    isRecorded: false,
    notices: [
      { state: 'REFUSED', code: 'NOT_SHOWN', reason: { zh: expect.any(String), en: expect.any(String) }, nextAt: null },
    ],
  })
  expect(await stays.announce('Discharge', { visit: input.visit, end: ADMITTED, way: 'ON_ORDER' })).toMatchObject({
    code: 'NOT_FOUND',
  })
  expect(await stays.toldOf(input.visit)).toEqual(['stay.refused'])
  await stays.showCard(stranger)
  expect(await stays.announce('Admission', input)).toMatchObject({ state: 'ADMITTED', isRecorded: true })
})

describe('at the place', () => {
  test('what is wrong is named at its field, and a province that is not linked is told so', async () => {
    const person = await stays.patient()
    const faults = async (verb: 'Admission' | 'Change' | 'Discharge', input: object) =>
      (await stays.announce(verb, input)).problems.map((one: Data) => `${one.path} ${one.code}`)
    expect(
      await faults(
        'Admission',
        admission(person, {
          insuredPool: '6299',
          insuredId: 'x',
          visit: '',
          careType: '11',
          begin: '2026-13-01',
          diagnoses: [],
        }),
      ),
    ).toEqual([
      'input.insuredPool DIVISION_FORM',
      'input.insuredId ID_FORM',
      'input.visit TEXT_FORM',
      'input.careType UNKNOWN_CODE',
      'input.begin TIME_FORM',
      'input.diagnoses MISSING',
    ])
    expect(await faults('Admission', admission(person, { begin: '2027-01-01T00:00:00+08:00' }))).toEqual([
      'input.begin IN_FUTURE',
    ])
    const { visit } = await stays.announce('Admission', admission(person))
    expect(await faults('Change', { visit })).toEqual(['input.visit NOTHING_CHANGED'])
    expect(await faults('Change', { visit, takesBack: 'ADMISSION', careType: '21' })).toEqual([
      'input.takesBack NOT_APPLICABLE',
    ])
    expect(await faults('Discharge', { visit, end: '2026-11-01T00:00:00+08:00', way: 'OTHER' })).toEqual([
      'end BEFORE_BEGIN',
    ])
    expect(await stays.announce('Admission', admission(person, { insuredPool: '510100' }))).toMatchObject({
      code: 'INSURED_HERE',
    })
    expect(await stays.announce('Admission', admission(person, { insuredPool: '440100' }))).toMatchObject({
      code: 'NOT_LINKED',
    })
  })

  test('a hospital sees its own stays, staff those of their pool, auditors all, persons and other hospitals none', async () => {
    const { id, visit } = await stays.announce('Admission', admission(await stays.patient()))
    const ONE = `query ($id: ID!) { incomingStay(id: $id) { __typename ... on IncomingStay { visit notices { type } } ${REJECTION} } }`
    const { sichuan } = two
    sichuan.letIn({ kind: 'staff', login: 'clerk-510100', label: '经办', pool: '510100' })
    for (const who of [HOSPITAL, 'clerk-510100', 'auditor'])
      expect((await sichuan.as(who, ONE, { id })).incomingStay).toMatchObject({
        visit,
        notices: [{ type: 'admission' }],
      })
    for (const who of [OTHER_HOSPITAL, 'clerk-629900'])
      expect((await sichuan.as(who, ONE, { id })).incomingStay).toMatchObject({ code: 'NOT_FOUND' })
    const { personNumber } = await sichuan.addPerson({ enrolments: [] })
    for (const [query, variables] of [
      [ONE, { id }],
      [announcing('Discharge'), { requestId: randomUUID(), input: { visit, end: ADMITTED, way: 'OTHER' } }],
    ] as const) {
      const answer = await sichuan.gql(await sichuan.token(personNumber), query, variables)
      expect(answer.errors?.[0]?.extensions.code).toBe('FORBIDDEN')
    }
    expect(await stays.announce('Discharge', { visit, end: ADMITTED, way: 'OTHER' }, OTHER_HOSPITAL)).toMatchObject({
      code: 'NOT_FOUND',
    })
  })
})
