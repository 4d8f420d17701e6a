import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect } from 'vitest'
import { credentialOf, itemOf, newSigner, prescriptionOf, signed } from './prescription-world.ts'
import { cardOf, ending, lineOn, opening, settling, stepsOf, unused, type Step } from './story-steps.ts'
import { bill, CLASS_A } from './world-bill.ts'
import { BY_CREDENTIAL, VOUCHER } from './world-queries.ts'
import type { Data, World, WorldPerson } from './world.ts'

// Every operation of settlement, and what persons and hospitals register with insured, done once through the gateway.

export const [HOSPITAL, PHARMACY, CLERK] = ['H62990000001', 'P62990000001', 'clerk-629900']

interface Done {
  readonly who: string
  readonly requestId: string
  readonly variables: object
  /** What is asked under the same id afterwards. */
  readonly other: object
  readonly answer: Data
}

/** Does everything once. */
export async function doEverything(world: World) {
  const enrolment = { pool: '629900', insuranceType: '310', personType: '1101', beginOn: '2020-01-01' }
  const person = await world.addPerson({ enrolments: [enrolment], account: { pool: '629900', current: 5000 } })
  const relative = await world.addPerson({
    birthDate: '2001-01-01',
    enrolments: [enrolment],
    account: { pool: '629900', current: 100 },
  })
  const done = new Map<Step, Done>()
  const { take } = stepsOf(world)

  /** Does something for the first time, and says what will be asked under its id later. */
  async function first(who: string, step: Step, variables: object, other: object): Promise<Data> {
    const requestId = unused('done')
    const answer = await take(who, step, { requestId, ...variables })
    expect(answer.code, `${step} ${JSON.stringify(answer)}`).toBeUndefined()
    done.set(step, { who, requestId, variables, other: { ...variables, ...other }, answer })
    return answer
  }
  const doing = { world, take, first, person, relative }
  for (const part of [settleAndTakeBack, stay, prescribe, order, register]) await part(doing)
  const requestId = done.get('settle')?.requestId ?? ''
  expect(await take(HOSPITAL, 'confirm', { requestId })).toMatchObject({ __typename: 'Confirmation' })
  return {
    done,
    person,
    relative,
    idOf: (step: Step): string => done.get(step)?.answer.id ?? '',
    numberOf: (step: Step): string => done.get(step)?.answer.number ?? '',
  }
}
export type Everything = Awaited<ReturnType<typeof doEverything>>

interface Doing {
  readonly world: World
  readonly take: ReturnType<typeof stepsOf>['take']
  readonly first: (who: string, step: Step, variables: object, other: object) => Promise<Data>
  readonly person: WorldPerson
  readonly relative: WorldPerson
}

const billOf = ({ cardNumber: card }: WorldPerson) => ({ input: bill({ card }) })
const changed = ({ input }: { input: object }, change: object) => ({ input: { ...input, ...change } })

async function settleAndTakeBack({ take, first, person }: Doing): Promise<void> {
  const input = billOf(person)
  const settled = await first(HOSPITAL, 'settle', input, changed(input, { useAccount: false }))
  const reversible = await take(HOSPITAL, 'settle', billOf(person))
  await first(HOSPITAL, 'reverse', { settlement: reversible.number }, { settlement: settled.number })
  const refundable = await take(HOSPITAL, 'settle', billOf(person))
  const refund = { lines: [{ serial: '1', quantity: '0.5' }], chargeBatch: unused('B') }
  const more = { input: { ...refund, lines: [{ serial: '1', quantity: '0.6' }] } }
  await first(HOSPITAL, 'refund', { settlement: refundable.number, input: refund }, more)
  const target = unused('annul')
  await take(HOSPITAL, 'settle', { requestId: target, ...billOf(person) })
  await first(HOSPITAL, 'annul', { target }, { target: 'another' })
  const month = { kind: 'MONTH', institution: HOSPITAL, period: '2026-09' }
  await first(CLERK, 'closePeriod', { input: month }, { input: { ...month, period: '2026-08' } })
}

async function stay({ take, first, person, relative }: Doing): Promise<void> {
  const [visit, empty] = [unused('V'), unused('V')]
  const input = opening(null, visit)
  await first(HOSPITAL, 'openVisit', { input }, { input: { ...input, bed: '9' } })
  const card = { visit, credential: cardOf(person) }
  await first(HOSPITAL, 'identifyVisit', card, { credential: cardOf(relative) })
  await first(HOSPITAL, 'changeVisit', { input: { visit, bed: '7' } }, { input: { visit, bed: '8' } })
  const lines = [lineOn('1', '2026-11-12', 1000), lineOn('2', '2026-11-13', 1000)]
  await first(HOSPITAL, 'uploadLines', { input: { visit, lines } }, { input: { visit, lines: lines.slice(1) } })
  const serials = { input: { visit, serials: ['2'] } }
  await first(HOSPITAL, 'withdrawLines', serials, { input: { visit, serials: ['1'] } })
  const end = ending(visit)
  await first(HOSPITAL, 'discharge', { input: end }, { input: { ...end, way: 'DEATH' } })
  await first(HOSPITAL, 'undoDischarge', { visit }, { visit: empty })
  await take(HOSPITAL, 'discharge', { input: end })
  const settle = settling(person, visit, '1000.00')
  await first(HOSPITAL, 'settleVisit', { input: settle }, { input: { ...settle, useAccount: false } })
  await take(HOSPITAL, 'openVisit', { input: opening(null, empty) })
  await first(HOSPITAL, 'cancelVisit', { visit: empty }, { visit })
}

async function prescribe({ first, person }: Doing): Promise<void> {
  const [signer, another] = [await newSigner('mine'), await newSigner('another')]
  await first(HOSPITAL, 'registerSigningKey', { key: signer.key }, { key: another.key })
  const content = prescriptionOf({ items: [itemOf({ code: CLASS_A })] })
  const { personNumber } = person
  const signature = await signed(signer, { ...content, institution: HOSPITAL, personNumber })
  const input = { ...content, credential: credentialOf(person), signature }
  const { number } = await first(
    HOSPITAL,
    'issuePrescription',
    { input },
    { input: { ...input, ownNumber: 'RX-other' } },
  )
  const pharmacist = { code: 'HY620900000001', name: '乙药师' }
  const review = { number, credential: credentialOf(person), pharmacist, result: 'APPROVED' }
  const rejected = { ...review, result: 'REJECTED', reason: '相互作用' }
  await first(PHARMACY, 'reviewPrescription', { input: review }, { input: rejected })
  const revoke = { number, doctor: content.doctor, reason: '用药变更' }
  await first(HOSPITAL, 'revokePrescription', { input: revoke }, { input: { ...revoke, reason: '误开' } })
  await first(HOSPITAL, 'retireSigningKey', { kid: 'mine' }, { kid: 'another' })
}

async function order({ world, take, first, person }: Doing): Promise<void> {
  const ordering = () => {
    const { credential: _credential, ...rest } = bill({ card: person.cardNumber })
    return { ...rest, person: { credential: cardOf(person) } }
  }
  const input = ordering()
  const { id } = await first(HOSPITAL, 'createOrder', { input }, { input: { ...input, useMutualAid: false } })
  const cancelled = await take(HOSPITAL, 'createOrder', { input: ordering() })
  await first(HOSPITAL, 'cancelOrder', { order: cancelled.id }, { order: id })
  const { issueVoucher } = await world.as(person.personNumber, VOUCHER, { requestId: unused('voucher') })
  const authorise = { order: id, voucher: issueVoucher.code }
  expect(await first(person.personNumber, 'authoriseOrder', authorise, { voucher: 'another' })).toMatchObject({
    state: 'SETTLED',
  })
}

async function register({ world, first, person, relative }: Doing): Promise<void> {
  await world.as(HOSPITAL, BY_CREDENTIAL, { credential: cardOf(person) })
  const input = {
    insuredId: person.insuredId,
    insuranceType: '310',
    disease: 'M03900',
    name: '高血压',
    kind: 'CHRONIC',
    certifiedOn: '2026-11-20',
    doctorCode: 'D629900000101',
    doctorName: '示范医师',
    beginOn: '2026-11-22',
  }
  const registered = await first(HOSPITAL, 'registerDisease', { input }, { input: { ...input, disease: 'M01600' } })
  await first(HOSPITAL, 'endRegistration', { registrationId: registered.id, reason: '误登记' }, { reason: '其他' })
  const bound = { identityNumber: person.identityNumber, name: '故事人物', relation: 'SIBLING' }
  const sponsor = relative.personNumber
  const { id: bindingId } = await first(
    sponsor,
    'bindMutualAid',
    { input: bound },
    { input: { ...bound, yearlyLimit: '10.00' } },
  )
  await first(person.personNumber, 'orderMutualAid', { bindings: [bindingId] }, { bindings: [] })
  await first(sponsor, 'unbindMutualAid', { bindingId }, { bindingId: person.insuredId })
  const folder = join(import.meta.dirname, '..', 'subgraphs', 'settlement', 'policies')
  const draft = await readFile(join(folder, '629900-gansu-composite.json'), 'utf8')
  const november = { draft, from: '2026-11-01', to: '2026-11-22' }
  const { id } = await first(CLERK, 'startPolicyImpact', november, { to: '2026-11-21' })
  await first(CLERK, 'cancelPolicyImpact', { id }, { id: person.insuredId })
}
