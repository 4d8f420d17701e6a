import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { decideDispute, DISPUTES, openDispute, SHOW_DISPUTE, withdrawDispute } from './dispute-gateway.ts'
import { declareMonth, EMPLOYER, employ, SHOW } from './employer-gateway.ts'
import { change, ENROLMENTS_OF } from './enrolment-gateway.ts'
import { openWorld, type Data, type World, type WorldPerson } from './world.ts'

// Employers and persons say what is wrong about their own records; what is upheld is corrected by a linked entry.

let world: World
let person: WorldPerson
let enrolment: Data
let declared: Data
beforeAll(async () => {
  world = await openWorld()
  person = await world.addPerson({ enrolments: [] })
  enrolment = await employ(world, EMPLOYER, person)
  const lines = [{ personNumber: person.personNumber, base: '8000.00' }]
  declared = await declareMonth(world, EMPLOYER, { month: '2026-11', pool: '629900', lines })
})
afterAll(() => world.close())
const CLERK = 'clerk-629900'
const line = () => ({ subject: 'DECLARATION_LINE', id: declared.id, insuredId: person.insuredId, reason: '基数少报了' })

describe('a declared line', () => {
  let dispute: Data

  test('is disputed by the person it is of or its employer, once at a time, and by nobody else', async () => {
    dispute = await openDispute(world, person.personNumber, { ...line(), insuredId: null }, 'open-once')
    expect(dispute).toMatchObject({
      state: 'OPEN',
      openedAs: 'PERSON',
      pool: '629900',
      dueOn: '2026-12-22',
      events: [{ kind: 'OPENED', note: '基数少报了', role: 'person', organisation: null }],
    })
    expect(await openDispute(world, person.personNumber, { ...line(), insuredId: null }, 'open-once')).toEqual(dispute)
    expect(await openDispute(world, EMPLOYER, line())).toMatchObject({ code: 'DISPUTE_OPEN' })
    expect(await openDispute(world, 'employer-620100', line())).toMatchObject({ code: 'NOT_FOUND' })
    const other = await world.addPerson({ enrolments: [] })
    expect(await openDispute(world, other.personNumber, line())).toMatchObject({ code: 'NOT_FOUND' })
    expect(await openDispute(world, EMPLOYER, { ...line(), id: 'x', insuredId: 'y', reason: '' })).toMatchObject({
      problems: [
        { path: 'reason', code: 'LENGTH' },
        { path: 'id', code: 'ID_FORM' },
        { path: 'insuredId', code: 'ID_FORM' },
      ],
    })
  })

  test('is seen by both sides and the pool, and not by others', async () => {
    for (const who of [person.personNumber, EMPLOYER, CLERK, 'auditor']) {
      expect((await world.as(who, SHOW_DISPUTE, { id: dispute.id })).dispute).toMatchObject({ id: dispute.id })
      const { edges } = (await world.as(who, DISPUTES, { state: 'OPEN' })).disputes
      expect(edges).toMatchObject([{ node: { id: dispute.id } }])
    }
    for (const who of ['employer-620100', 'clerk-620100']) {
      expect((await world.as(who, SHOW_DISPUTE, { id: dispute.id })).dispute).toMatchObject({ code: 'NOT_FOUND' })
      expect((await world.as(who, DISPUTES)).disputes.edges).toEqual([])
    }
  })

  test('that is upheld is corrected by a linked declaration with a voucher; the declared one stays as it was', async () => {
    const input = { disputeId: dispute.id, upheld: true, decision: '工资单核实' }
    expect(await decideDispute(world, 'clerk-620100', { ...input, base: '9000.00' })).toMatchObject({
      code: 'NOT_FOUND',
    })
    expect(await decideDispute(world, CLERK, input)).toMatchObject({
      problems: [{ path: 'base', code: 'AMOUNT_FORM' }],
    })
    expect(await decideDispute(world, CLERK, { ...input, base: '8000.00' })).toMatchObject({ code: 'NOTHING_CHANGED' })
    expect(await decideDispute(world, CLERK, { ...input, decision: '' })).toMatchObject({
      problems: [{ path: 'decision' }],
    })
    const upheld = await decideDispute(world, CLERK, { ...input, base: '9000.00' })
    expect(upheld).toMatchObject({
      state: 'UPHELD',
      decision: '工资单核实',
      events: [{ kind: 'OPENED' }, { kind: 'UPHELD', role: 'staff', organisation: '629900' }],
    })
    const correction = (await world.as(EMPLOYER, SHOW, { id: upheld.correctedBy })).employerDeclaration
    expect(correction).toMatchObject({
      state: 'DECLARED',
      corrects: { id: declared.id },
      vouchers: [{ kind: 'CORRECTION' }],
      lines: { edges: [{ node: { base: '9000.00', baseBefore: '8000.00' } }] },
    })
    const original = (await world.as(EMPLOYER, SHOW, { id: declared.id })).employerDeclaration
    expect(original.lines.edges).toMatchObject([{ node: { base: '8000.00' } }])
    expect(await decideDispute(world, CLERK, { ...input, base: '9500.00' })).toMatchObject({ code: 'DISPUTE_CLOSED' })
  })

  test('that is decided twice at the same moment is decided once', async () => {
    const { id } = await openDispute(world, EMPLOYER, line())
    const answers = await Promise.all(
      [true, false].map((upheld) =>
        decideDispute(world, CLERK, { disputeId: id, upheld, decision: '同时办理', base: '9100.00' }),
      ),
    )
    expect(answers.filter((one) => one.__typename === 'Dispute')).toHaveLength(1)
    expect(answers.filter((one) => one.code === 'DISPUTE_CLOSED')).toHaveLength(1)
  })
})

test('what is rejected changes nothing, and says why', async () => {
  const { id } = await openDispute(world, EMPLOYER, line())
  const rejected = await decideDispute(world, CLERK, { disputeId: id, upheld: false, decision: '与工资表一致' })
  expect(rejected).toMatchObject({ state: 'REJECTED', correctedBy: null, decision: '与工资表一致' })
})

test('who opened a dispute takes it back, the other side does not', async () => {
  const { id } = await openDispute(world, EMPLOYER, line())
  expect(await withdrawDispute(world, person.personNumber, id)).toMatchObject({ code: 'NOT_FOUND' })
  expect(await withdrawDispute(world, EMPLOYER, id, '')).toMatchObject({ problems: [{ path: 'reason' }] })
  expect(await withdrawDispute(world, EMPLOYER, id)).toMatchObject({ state: 'WITHDRAWN' })
  expect(await withdrawDispute(world, EMPLOYER, id)).toMatchObject({ code: 'DISPUTE_CLOSED' })
})

test('an enrolment that is disputed is corrected by the bureau’s change, which the decision links', async () => {
  const suspended = await change(world, EMPLOYER, 'suspendEnrolment', {
    enrolmentId: enrolment.id,
    from: '2026-12-01',
    reason: 'LEFT_WORK',
  })
  const input = { subject: 'ENROLMENT', id: suspended.id, reason: '并未离职' }
  const { id } = await openDispute(world, person.personNumber, input)
  const decision = { disputeId: id, upheld: true, decision: '劳动合同有效' }
  expect(await decideDispute(world, CLERK, decision)).toMatchObject({
    problems: [{ path: 'correctedBy', code: 'ID_FORM' }],
  })
  for (const correctedBy of [suspended.id, declared.id]) {
    expect(await decideDispute(world, CLERK, { ...decision, correctedBy })).toMatchObject({ code: 'NOT_A_CORRECTION' })
  }
  const resumed = await change(world, CLERK, 'resumeEnrolment', { enrolmentId: suspended.id, from: '2026-12-01' })
  const upheld = await decideDispute(world, CLERK, { ...decision, correctedBy: resumed.id })
  expect(upheld).toMatchObject({ state: 'UPHELD', correctedBy: resumed.id })
  const seen = (await world.as(person.personNumber, ENROLMENTS_OF, { id: person.insuredId })).insured.enrolments
  expect(seen.find((one: Data) => one.id === resumed.id).events).toMatchObject([
    { kind: 'RESUMED' },
    { kind: 'CORRECTED', reason: suspended.id, note: id },
  ])
})
