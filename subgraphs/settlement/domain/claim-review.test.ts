import { fenOf, ZERO } from '@yibao/schema/money'
import { Rejection } from '@yibao/schema/rejection'
import { describe, expect, test } from 'vitest'
import type { Claim, ClaimEvent, ClaimLine } from './claim.ts'
import {
  needsSecond,
  outcomeOf,
  readLineReviews,
  askedPapers,
  readProposal,
  readSupplied,
  readWantedPapers,
  requireAppealable,
  requireOther,
  requireReturnable,
  requireVersion,
  takenBy,
  uncodedLines,
  type ClaimLineReview,
  type LineReviewInput,
} from './claim-review.ts'

const line = (serial: string, amount: string, code: string | null = `C${serial}`): ClaimLine => ({
  serial,
  name: '项目',
  code,
  chargeType: '09',
  price: amount,
  quantity: '1',
  amount,
  time: '2026-03-10T09:00:00+08:00',
})
const LINES = [line('1', '100.00'), line('2', '50.00'), line('3', '20.00', null)]

const review = (serial: string, outcome: ClaimLineReview['outcome'], code: string | null = null): ClaimLineReview => ({
  serial,
  code,
  outcome,
  amount: ZERO,
  reason: outcome === 'APPROVED' ? null : '超量',
})

/** The codes a refusal names, with their paths. */
function faults(work: () => unknown): string[] {
  try {
    work()
  } catch (error) {
    if (!(error instanceof Rejection)) throw error
    return error.problems.map(({ path, code }) => `${path} ${code}`)
  }
  return []
}
const read = (...input: LineReviewInput[]) => readLineReviews(input, LINES)

describe('the review of a line', () => {
  test('gives what is approved whole, what is reduced its rest, and what is denied nothing', () => {
    expect(
      read(
        { serial: '1', outcome: 'APPROVED' },
        { serial: '2', outcome: 'REDUCED', amount: '30.00', reason: '超出用量' },
        { serial: '3', outcome: 'DENIED', reason: '目录外' },
      ),
    ).toEqual([
      { serial: '1', code: null, outcome: 'APPROVED', amount: fenOf(10000n), reason: null },
      { serial: '2', code: null, outcome: 'REDUCED', amount: fenOf(3000n), reason: '超出用量' },
      { serial: '3', code: null, outcome: 'DENIED', amount: ZERO, reason: '目录外' },
    ])
  })

  test.each<[string, LineReviewInput, string[]]>([
    ['of no line', { serial: '9', outcome: 'APPROVED' }, ['serial NOT_FOUND']],
    ['that denies without a reason', { serial: '1', outcome: 'DENIED' }, ['reason REQUIRED']],
    ['that reduces to nothing', { serial: '1', outcome: 'REDUCED', amount: '0.00', reason: '超量' }, ['amount RANGE']],
    ['that reduces to all', { serial: '1', outcome: 'REDUCED', amount: '100.00', reason: '超量' }, ['amount RANGE']],
    ['that reduces to what it does not say', { serial: '1', outcome: 'REDUCED', reason: '超' }, ['amount REQUIRED']],
    ['that is no amount', { serial: '1', outcome: 'REDUCED', amount: 'x', reason: '超量' }, ['amount MALFORMED']],
    ['that approves another amount', { serial: '1', outcome: 'APPROVED', amount: '99.00' }, ['amount NOT_APPLICABLE']],
    [
      'with an identity number in its reason',
      { serial: '1', outcome: 'DENIED', reason: '见 110101199003074514' },
      ['reason IDENTITY_IN_TEXT'],
    ],
  ])('%s is refused', (_name, input, codes) => {
    expect(faults(() => read(input))).toEqual(codes.map((one) => `lines[0].${one}`))
  })

  test('of one line twice, or of none, is refused', () => {
    const one: LineReviewInput = { serial: '1', outcome: 'APPROVED' }
    expect(faults(() => read(one, one))).toEqual(['lines[1].serial TWICE'])
    expect(faults(() => read())).toEqual(['lines RANGE'])
  })
})

describe('a proposal', () => {
  const mapped = review('3', 'APPROVED', 'C3')

  test('is what the lines come to', () => {
    expect(outcomeOf(LINES, [])).toBe('APPROVE')
    expect(outcomeOf(LINES, [review('1', 'REDUCED')])).toBe('PARTIAL')
    expect(
      outcomeOf(
        LINES,
        LINES.map(({ serial }) => review(serial, 'DENIED')),
      ),
    ).toBe('REJECT')
    expect(readProposal({ outcome: 'APPROVE' }, LINES, [mapped])).toEqual({
      outcome: 'APPROVE',
      ground: null,
      words: null,
    })
    expect(faults(() => readProposal({ outcome: 'APPROVE' }, LINES, [mapped, review('1', 'DENIED')]))).toEqual([
      'outcome OUTCOME_OF_LINES',
    ])
    expect(faults(() => readProposal({ outcome: 'PARTIAL' }, LINES, [mapped]))).toEqual(['outcome OUTCOME_OF_LINES'])
  })

  test('to approve waits until every line has a code or is denied', () => {
    expect(uncodedLines(LINES, [])).toEqual(['3'])
    expect(uncodedLines(LINES, [review('3', 'DENIED')])).toEqual([])
    expect(uncodedLines(LINES, [mapped])).toEqual([])
    expect(faults(() => readProposal({ outcome: 'APPROVE' }, LINES, []))).toEqual(['lines.3 LINE_UNREVIEWED'])
  })

  test('to reject says by which article, and why', () => {
    const why = { legalGround: '《社会保险法》第三十条', words: '应由第三人负担' }
    expect(readProposal({ outcome: 'REJECT', ...why }, LINES, [])).toMatchObject({ ground: why.legalGround })
    expect(faults(() => readProposal({ outcome: 'REJECT' }, LINES, []))).toEqual([
      'legalGround REQUIRED',
      'words REQUIRED',
    ])
    expect(faults(() => readProposal({ outcome: 'REJECT', ...why, legalGround: '规定' }, LINES, []))).toEqual([
      'legalGround MALFORMED',
    ])
    expect(faults(() => readProposal({ outcome: 'APPROVE', ...why }, LINES, [mapped]))).toEqual([
      'legalGround NOT_APPLICABLE',
    ])
  })
})

const EMPTY: Claim = {
  insuredId: 'p',
  id: 'c',
  number: '1',
  pool: '629900',
  insuranceType: '310',
  kind: null,
  cause: null,
  state: 'ACCEPTED',
  version: 3,
  content: {},
  rules: null,
  appliedBy: 'person:p',
  channel: 'PERSON',
  openedAt: Temporal.Instant.from('2026-11-20T00:00:00Z'),
  changedAt: Temporal.Instant.from('2026-11-20T00:00:00Z'),
  submittedAt: null,
  acceptedAt: null,
  decidedAt: null,
  paidAt: null,
  assignee: null,
  settlementId: null,
  owed: ZERO,
  paid: ZERO,
}
const claim = (change: Partial<Claim> = {}): Claim => ({ ...EMPTY, ...change })
const claimed = (total: string) => ({ content: { total } })

describe('two pairs of eyes', () => {
  test('look at what is above the amount of the pool, whatever of it would be denied', () => {
    const above = fenOf(1_000_000n)
    expect(['9999.99', '10000.00', '10000.01'].map((total) => needsSecond(claimed(total), above))).toEqual([
      false,
      false,
      true,
    ])
    expect(needsSecond(claimed('999999.00'), null)).toBe(false)
  })

  test('are two persons: nobody confirms what they proposed', () => {
    expect(faults(() => requireOther('staff:629900:a', 'staff:629900:a', 'decision'))).toEqual([
      'decision OWN_PROPOSAL',
    ])
    expect(faults(() => requireOther('staff:629900:a', 'staff:629900:b', 'decision'))).toEqual([])
  })
})

const history = (...kinds: string[]): ClaimEvent[] => kinds.map((kind, i) => ({ ...asked([]), seq: i + 1, kind }))

test('a claim is returned as often as the rules say, and as often again once what was decided was taken back', () => {
  expect(faults(() => requireReturnable(history('RETURNED', 'SUPPLIED'), 2, 'claim'))).toEqual([])
  const twice = ['RETURNED', 'SUPPLIED', 'RETURNED', 'SUPPLIED']
  expect(faults(() => requireReturnable(history(...twice), 2, 'claim'))).toEqual(['claim RETURNED_ENOUGH'])
  expect(faults(() => requireReturnable(history(...twice), 3, 'claim'))).toEqual([])
  for (const opened of [
    ['REJECTED', 'APPEAL_UPHELD'],
    ['SETTLED', 'RECONSIDERED'],
  ])
    expect(faults(() => requireReturnable(history(...twice, ...opened, 'RETURNED'), 2, 'claim'))).toEqual([])
})

test('a step counts for the claim that was seen, by the reviewer who has it', () => {
  expect(faults(() => requireVersion(claim(), 2))).toEqual(['version CLAIM_CHANGED'])
  expect(faults(() => requireVersion(claim(), 3))).toEqual([])
  expect(takenBy(claim(), 'a', 'claim')).toBe('a')
  expect(takenBy(claim({ assignee: 'a' }), 'a', 'claim')).toBe('a')
  expect(faults(() => takenBy(claim({ assignee: 'b' }), 'a', 'claim'))).toEqual(['claim CLAIM_OF_ANOTHER'])
})

test('what was decided can be appealed against to the last day, and nothing that was not', () => {
  const until = Temporal.PlainDate.from('2026-12-01')
  const on = (today: string, state: Claim['state']) =>
    faults(() => requireAppealable(claim({ state }), until, Temporal.PlainDate.from(today)))
  expect(on('2026-12-01', 'REJECTED')).toEqual([])
  expect(on('2026-12-02', 'REJECTED')).toEqual(['claimId APPEAL_TOO_LATE'])
  for (const state of ['SUBMITTED', 'ACCEPTED', 'PROPOSED', 'SETTLING', 'WITHDRAWN'] as const)
    expect(on('2026-12-01', state)).toEqual(['claimId CLAIM_STATE'])
  for (const state of ['NOT_ACCEPTED', 'APPROVED', 'PAYING', 'PAYMENT_RETURNED', 'PAID'] as const)
    expect(on('2026-12-01', state)).toEqual([])
})

const asked = (papers: unknown): ClaimEvent => ({
  claimId: 'c',
  seq: 1,
  kind: 'RETURNED',
  state: 'RETURNED',
  at: Temporal.Instant.from('2026-11-20T00:00:00Z'),
  by: 'staff:1',
  words: null,
  data: { papers },
})
const promised = (kind: string) => kind === 'REFERRAL'

describe('papers that are asked for', () => {
  test('are named once each, at least one', () => {
    expect(readWantedPapers(['INVOICE', 'DIAGNOSIS'], 'papers')).toEqual(['INVOICE', 'DIAGNOSIS'])
    expect(faults(() => readWantedPapers([], 'papers'))).toEqual(['papers PAPERS'])
    expect(faults(() => readWantedPapers(['INVOICE', 'INVOICE'], 'papers'))).toEqual(['papers PAPERS'])
  })

  test('are those the claim was returned for last', () => {
    expect(askedPapers([])).toEqual([])
    expect(askedPapers([asked(['INVOICE']), asked(['DIAGNOSIS', 'X'])])).toEqual(['DIAGNOSIS'])
  })

  test('come whole, each as a document or as a promise where the pool takes one', () => {
    const document = '0197f3a0-0000-7000-8000-000000000001'
    expect(
      readSupplied(
        [
          { kind: 'INVOICE', document: document.toUpperCase() },
          { kind: 'REFERRAL', promise: true },
        ],
        ['INVOICE', 'REFERRAL'],
        promised,
      ),
    ).toEqual([
      { kind: 'INVOICE', document, promise: false },
      { kind: 'REFERRAL', document: null, promise: true },
    ])
    expect(
      faults(() => readSupplied([{ kind: 'INVOICE', promise: true }, { kind: 'OTHER' }], ['DIAGNOSIS'], promised)),
    ).toEqual(['papers[0].promise NOT_APPLICABLE', 'papers[1].document REQUIRED', 'papers.DIAGNOSIS PAPER_MISSING'])
  })
})
