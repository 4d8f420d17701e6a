import { randomUUIDv7 } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { fresh, outpatientClaim, saveDraft } from './claim-asking.ts'
import { CLERK, codes, SECOND, STRANGER } from './claim-review-world.ts'
import { BOSS, EMPLOYER, questionWorld, thread, type QuestionWorld } from './question-world.ts'
import type { Data, WorldPerson } from './world.ts'

// Consultation: who asks about what, what they are answered, and what nobody can ask about.

let world: QuestionWorld
let person: WorldPerson
let other: WorldPerson
let settlement: Data
beforeAll(async () => {
  world = await questionWorld()
  person = await world.addPatient()
  other = await world.addPatient()
  settlement = await world.settled(person)
}, 120_000)
afterAll(() => world.close())

const me = () => person.personNumber
const countOf = async (sql: string, ...values: unknown[]): Promise<number> =>
  (await world.admin.query<{ count: number }>(`select count(*)::int as count from ${sql}`, values)).rows[0]?.count ?? 0

describe('a question about a line of a settlement', () => {
  test('is told to the staff, answered, told to the person, asked further about and closed, and all of it stays', async () => {
    const about = { settlementId: settlement.id, line: '1' }
    const asked = await world.ask(me(), about, '这一项为什么自付？')
    expect(asked).toMatchObject({
      state: 'OPEN',
      isAwaited: true,
      about: 'SETTLEMENT',
      aboutId: settlement.id,
      line: '1',
      settlement: { id: settlement.id },
      insuredPool: '629900',
      asker: 'PERSON',
      clock: { workingDays: 7, dueOn: '2026-12-01', provisional: false, colour: 'GREEN', daysLeft: 7 },
    })
    const answered = await world.go(CLERK, 'answerQuestion', asked, { words: '起付标准以内由个人支付' })
    expect(answered).toMatchObject({
      state: 'ANSWERED',
      isAwaited: false,
      assignee: CLERK,
      clock: { dueOn: null, followUpUntil: '2026-12-11', colour: null },
    })
    const seen = await world.show(me(), asked.id)
    expect(seen).toMatchObject({ assignee: null, settlement: { id: settlement.id } })
    expect(seen.messages.map(({ by }: Data) => by)).toEqual([null, null])
    const further = await world.go(me(), 'followUpQuestion', seen, { words: '起付标准是多少？' })
    expect(further).toMatchObject({ state: 'FOLLOWED_UP', isAwaited: true, clock: { dueOn: '2026-12-01' } })
    const again = await world.go(CLERK, 'answerQuestion', further, { words: '见结算单的说明' })
    const closed = await world.go(me(), 'closeQuestion', again)
    expect(closed).toMatchObject({ state: 'CLOSED', clock: null })
    expect(thread(closed)).toEqual([
      'ASKED 这一项为什么自付？',
      'ANSWERED 起付标准以内由个人支付',
      'FOLLOWED_UP 起付标准是多少？',
      'ANSWERED 见结算单的说明',
      'CLOSED',
    ])
    expect(await world.told(me(), asked)).toEqual(['question.answered', 'question.answered'])
    expect(await world.told(CLERK, asked)).toEqual(['question.waiting', 'question.followed-up'])
  })

  test('what was answered can be added to, and what was said is never changed', async () => {
    const asked = await world.ask(me(), { settlementId: settlement.id })
    const first = await world.go(CLERK, 'answerQuestion', asked, { words: '按乙类计算' })
    const second = await world.go(CLERK, 'answerQuestion', first, { words: '更正：按甲类计算' })
    expect(thread(second).slice(1)).toEqual(['ANSWERED 按乙类计算', 'ANSWERED 更正：按甲类计算'])
    const { hot } = world.platform.databases.settlement
    for (const change of [
      "update settlement.question_message set words = 'x'",
      'delete from settlement.question_message',
    ])
      await expect(hot.unsafe(change)).rejects.toThrow('permission denied')
    await expect(hot.unsafe('delete from settlement.question')).rejects.toThrow('permission denied')
  })

  test('asked twice under one id is one question, and another under that id is refused', async () => {
    const requestId = fresh('twice')
    const about = { settlementId: settlement.id }
    const one = await world.ask(me(), about, '同一个问题', requestId)
    expect((await world.ask(me(), about, '同一个问题', requestId)).id).toBe(one.id)
    expect(await countOf("settlement.question_message where words = '同一个问题'")).toBe(1)
    expect(await world.ask(me(), about, '另一个问题', requestId)).toMatchObject({ code: 'REQUEST_REUSED' })
  })
})

test('a person asks about their claim, also a draft, and about a contribution that their employer pays', async () => {
  const claim = await world.claimed(person)
  expect(await world.ask(me(), { claimId: claim.id })).toMatchObject({
    about: 'CLAIM',
    claim: { number: claim.number },
  })
  const draft = await saveDraft(world, me(), outpatientClaim({ papers: [] }))
  const aboutDraft = await world.ask(me(), { claimId: draft.id })
  expect(aboutDraft).toMatchObject({ state: 'OPEN', claim: { number: draft.number } })
  // The staff answer, and see of the draft what they saw of it before: nothing.
  expect(await world.show(CLERK, aboutDraft.id)).toMatchObject({ aboutId: draft.id, claim: null })
  const contributionId = await world.billed(person, EMPLOYER)
  expect(await world.ask(me(), { contributionId })).toMatchObject({ about: 'CONTRIBUTION', aboutId: contributionId })
})

describe('an employer', () => {
  test('asks about a contribution it pays and is answered; the person learns nothing of it, nor it of theirs', async () => {
    const contributionId = await world.billed(other, EMPLOYER)
    const asked = await world.ask(BOSS, { contributionId }, '基数为何调整？')
    expect(asked).toMatchObject({ asker: 'EMPLOYER', employer: EMPLOYER, insuredId: other.insuredId })
    const answered = await world.go(CLERK, 'answerQuestion', asked, { words: '按上年工资核定' })
    expect(await world.told(BOSS, asked)).toEqual(['question.answered'])
    expect(thread(await world.show(BOSS, asked.id))).toEqual(['ASKED 基数为何调整？', 'ANSWERED 按上年工资核定'])
    const theirs = await world.ask(other.personNumber, { contributionId })
    for (const [who, id] of [
      [other.personNumber, asked.id],
      [BOSS, theirs.id],
      ['employer-620100', asked.id],
      [STRANGER, asked.id],
      [me(), theirs.id],
    ])
      expect(codes(await world.show(who, id))).toBe('NOT_FOUND; id NOT_FOUND')
    const listed = (await world.list(BOSS)).edges.map(({ node }: Data) => node.id)
    expect(listed).toContain(asked.id)
    expect(listed).not.toContain(theirs.id)
    expect(codes(await world.go(other.personNumber, 'followUpQuestion', answered, { words: '我也想问' }))).toBe(
      'NOT_FOUND; questionId NOT_FOUND',
    )
    expect(await world.go(BOSS, 'followUpQuestion', answered, { words: '哪一年？' })).toMatchObject({
      state: 'FOLLOWED_UP',
    })
  })

  test('asks about the certificate it is to sign for a claim, and about nothing else of the claim', async () => {
    const employed = await world.addPerson({
      enrolments: [
        { pool: '629900', insuranceType: '310', personType: '1101', beginOn: '2020-01-01', employer: EMPLOYER },
      ],
    })
    const draft = await saveDraft(world, employed.personNumber, outpatientClaim({ papers: [] }))
    const { requestEmployerCertificate: wanted } = await world.as(
      employed.personNumber,
      `mutation ($requestId: ID!, $claimId: ID!) { requestEmployerCertificate(requestId: $requestId, claimId: $claimId) {
        ... on Claim { certificates { id } } } }`,
      { requestId: fresh('certificate'), claimId: draft.id },
    )
    const certificateId = wanted.certificates[0].id
    expect(await world.ask(BOSS, { certificateId })).toMatchObject({ about: 'CERTIFICATE', state: 'OPEN' })
    for (const [who, about] of [
      ['employer-620100', { certificateId }],
      [employed.personNumber, { certificateId }],
      [BOSS, { claimId: draft.id }],
    ] as const)
      expect(codes(await world.ask(who, about))).toMatch(/^NOT_FOUND; about\.\w+ NOT_FOUND$/)
  })
})

test('nobody asks about what they may not see, nor learns whether there is such a thing', async () => {
  const claim = await world.claimed(person)
  const alone = await world.billed(other)
  const nowhere = randomUUIDv7()
  for (const [who, about] of [
    [other.personNumber, { settlementId: settlement.id }],
    [other.personNumber, { settlementId: settlement.id, line: '1' }],
    [other.personNumber, { claimId: claim.id }],
    [me(), { contributionId: alone }],
    [BOSS, { contributionId: alone }],
    [BOSS, { settlementId: settlement.id }],
    [me(), { settlementId: nowhere }],
    [me(), { claimId: nowhere }],
    [me(), { contributionId: nowhere }],
    [BOSS, { certificateId: nowhere }],
    [me(), { settlementId: settlement.id, line: '99' }],
  ] as const)
    expect(codes(await world.ask(who, about)), JSON.stringify(about)).toMatch(/^NOT_FOUND; about\.\w+ NOT_FOUND$/)
})

test('identity numbers and bank accounts are refused without being quoted or kept, by whomever they are written', async () => {
  const asked = await world.ask(me(), { settlementId: settlement.id })
  const card = '6222020000000000000'
  for (const [words, code] of [
    [`本人${person.identityNumber}的账单`, 'IDENTITY_IN_TEXT'],
    [`请退到 ${card}`, 'ACCOUNT_IN_TEXT'],
  ] as const) {
    for (const refused of [
      await world.ask(me(), { settlementId: settlement.id }, words),
      await world.go(CLERK, 'answerQuestion', asked, { words }),
    ]) {
      expect(codes(refused)).toBe(`INVALID_INPUT; words ${code}`)
      expect(JSON.stringify(refused)).not.toMatch(new RegExp(`${person.identityNumber}|${card}`))
    }
  }
  for (const table of ['question_message', 'request', 'outbox'])
    expect(await countOf(`settlement.${table} t where t::text ~ $1`, `${person.identityNumber}|${card}`)).toBe(0)
})

test('what is asked and answered stands in no message and no log', async () => {
  const asked = await world.ask(me(), { settlementId: settlement.id }, '我得了什么病才这样报销')
  const answered = await world.go(CLERK, 'answerQuestion', asked, { words: '属于门诊慢特病的范围' })
  await world.go(SECOND, 'answerQuestion', answered, { words: '属于门诊慢特病的范围' })
  const said = /我得了什么病|门诊慢特病的范围/u
  expect(JSON.stringify(world.logged)).not.toMatch(said)
  for (const table of ['outbox', 'request', 'access_log'])
    expect(await countOf(`settlement.${table} t where t::text ~ $1`, said.source)).toBe(0)
  expect(await countOf('settlement.question_message where words ~ $1', said.source)).toBe(2)
})

describe('steps', () => {
  test('of two of the staff who answer at once one does, and the other is shown the answer that was given', async () => {
    const asked = await world.ask(me(), { settlementId: settlement.id })
    const both = await Promise.all(
      [CLERK, SECOND].map((who) => world.go(who, 'answerQuestion', asked, { words: `答复自 ${who}` })),
    )
    expect(new Set(both.map((one) => one.__typename))).toEqual(new Set(['Question', 'QuestionChanged']))
    const late = both.find((one) => one.__typename === 'QuestionChanged')
    expect(late.question).toMatchObject({ id: asked.id, state: 'ANSWERED', version: 2 })
    expect(late.question.messages.filter(({ kind }: Data) => kind === 'ANSWERED')).toHaveLength(1)
  })

  test('a question is given to somebody, and taken from them with a reason; those who asked see nothing of it', async () => {
    const asked = await world.ask(me(), { settlementId: settlement.id })
    const given = await world.go(CLERK, 'assignQuestion', asked, { to: SECOND })
    expect(given).toMatchObject({ assignee: SECOND, state: 'OPEN' })
    expect(codes(await world.go(CLERK, 'answerQuestion', given, { words: '由我答复' }))).toBe(
      'QUESTION_OF_ANOTHER; questionId QUESTION_OF_ANOTHER',
    )
    expect(codes(await world.go(SECOND, 'assignQuestion', given))).toBe('ASSIGNED_ALREADY; to ASSIGNED_ALREADY')
    expect(codes(await world.go(CLERK, 'assignQuestion', given))).toBe('INVALID_INPUT; reason REQUIRED')
    const taken = await world.go(CLERK, 'assignQuestion', given, { reason: '休假代办' })
    const answered = await world.go(CLERK, 'answerQuestion', taken, { words: '由我答复' })
    expect(answered.messages).toMatchObject([
      { kind: 'ASKED', by: null },
      { kind: 'ASSIGNED', by: CLERK, assignee: SECOND },
      { kind: 'ASSIGNED', by: CLERK, assignee: CLERK, words: '休假代办' },
      { kind: 'ANSWERED', by: CLERK, assignee: null },
    ])
    expect((await world.show('auditor', asked.id)).messages).toHaveLength(4)
    expect(thread(await world.show(me(), asked.id))).toEqual(['ASKED 为什么这样计算？', 'ANSWERED 由我答复'])
  })

  test('are refused in states they do not belong to, and on another version', async () => {
    const asked = await world.ask(me(), { settlementId: settlement.id })
    const state = 'QUESTION_STATE; questionId QUESTION_STATE'
    expect(codes(await world.go(me(), 'followUpQuestion', asked, { words: '还没答复吗' }))).toBe(state)
    expect(codes(await world.go(me(), 'closeQuestion', { ...asked, version: 2 }))).toBe(
      'QUESTION_CHANGED; version QUESTION_CHANGED',
    )
    expect(codes(await world.go(STRANGER, 'answerQuestion', asked, { words: '他处答复' }))).toBe(
      'NOT_FOUND; questionId NOT_FOUND',
    )
    const closed = await world.go(me(), 'closeQuestion', asked)
    expect(await world.told(CLERK, asked)).toEqual(['question.waiting', 'question.withdrawn'])
    for (const [who, name, more] of [
      [CLERK, 'answerQuestion', { words: '迟到的答复' }],
      [CLERK, 'assignQuestion', {}],
      [me(), 'followUpQuestion', { words: '再问一句' }],
      [me(), 'closeQuestion', {}],
    ] as const)
      expect(codes(await world.go(who, name, closed, more))).toBe(state)
  })
})

test('only so many questions of one person wait at a time; an answer makes room', async () => {
  const curious = await world.addPatient()
  const { id: settlementId } = await world.settled(curious)
  const first = await world.ask(curious.personNumber, { settlementId })
  for (let i = 1; i < 20; i += 1)
    expect(await world.ask(curious.personNumber, { settlementId })).toMatchObject({ state: 'OPEN' })
  expect(codes(await world.ask(curious.personNumber, { settlementId }))).toBe(
    'TOO_MANY_QUESTIONS; about TOO_MANY_QUESTIONS',
  )
  await world.go(CLERK, 'answerQuestion', first, { words: '已经答复' })
  expect(await world.ask(curious.personNumber, { settlementId })).toMatchObject({ state: 'OPEN' })
})
