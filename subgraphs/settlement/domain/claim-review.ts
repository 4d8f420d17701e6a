import { formatYuan, parseYuan, ZERO, type Fen } from '@yibao/schema/money'
import { InvalidInput, NotAllowed } from '@yibao/schema/rejection'
import {
  CLAIM_PAPERS,
  ClaimChanged,
  stepNotAllowed,
  type Claim,
  type ClaimEvent,
  type ClaimLine,
  type ClaimPaper,
  type ClaimPaperGiven,
  type ClaimState,
} from './claim.ts'
import { isOpenedAnew } from './claim-duty.ts'
import { Fields, isGiven, type Maybe } from './fields.ts'

/** Who does what the rules alone decide. */
export const BY_RULE = 'platform:settlement'

/** What a reviewer makes of a line. */
export interface ClaimLineReview {
  readonly serial: string
  /** National code of the item the line stands for, where the claim has none or a wrong one. */
  readonly code: string | null
  readonly outcome: 'APPROVED' | 'REDUCED' | 'DENIED'
  /** What of the line may be in scope at most. */
  readonly amount: Fen
  readonly reason: string | null
}

export interface LineReviewInput {
  readonly serial: string
  readonly outcome: ClaimLineReview['outcome']
  readonly code?: Maybe<string>
  readonly amount?: Maybe<string>
  readonly reason?: Maybe<string>
}

/** What may be proposed of a claim that was accepted. */
export type Proposed = 'APPROVE' | 'PARTIAL' | 'REJECT'

/** How long words to the person may be. */
const WORDS = { max: 500 } as const
const ITEM_CODE = { max: 50, ascii: true } as const
/** Longest list that is looked at in one request. */
const LINES_MAX = 500

/** A step counts for the claim the caller has seen. @throws ClaimChanged */
export function requireVersion(claim: Claim, version: number): void {
  if (claim.version !== version) throw ClaimChanged.of(claim)
}

/** @throws NotAllowed unless the claim is in one of these states. */
export function requireState(claim: Claim, states: readonly ClaimState[], path: string): void {
  if (!states.includes(claim.state)) throw stepNotAllowed(path, claim)
}

/**
 * Whose claim it is after a step of this reviewer: what nobody has becomes theirs, what somebody else has is not touched.
 * @throws NotAllowed
 */
export function takenBy({ assignee }: Claim, reviewer: string, path: string): string {
  if (assignee === null || assignee === reviewer) return reviewer
  throw NotAllowed.at(path, 'CLAIM_OF_ANOTHER', {
    zh: '该申请由他人经办，请先接手',
    en: 'the claim is with another reviewer; take it over first',
  })
}

/** What is to be paid of a line when nobody says otherwise. */
const claimedOf = ({ amount }: ClaimLine): Fen => parseYuan(amount) ?? ZERO

/** Reads what a reviewer says of lines. @throws InvalidInput naming every fault. */
export function readLineReviews(input: readonly LineReviewInput[], lines: readonly ClaimLine[]): ClaimLineReview[] {
  const fields = new Fields()
  const known = new Map(lines.map((line) => [line.serial, line]))
  const seen = new Set<string>()
  if (input.length === 0 || input.length > LINES_MAX)
    fields.fault('lines', 'RANGE', { zh: `应为 1–${LINES_MAX} 条`, en: `must be 1 to ${LINES_MAX}` })
  const read = input.slice(0, LINES_MAX).flatMap((one, i) => {
    const at = fields.within(`lines[${i}]`)
    const line = known.get(one.serial)
    if (line === undefined)
      return at.fault('serial', 'NOT_FOUND', { zh: '申请中没有该明细', en: 'is no line of the claim' }) ?? []
    if (seen.has(one.serial)) return at.fault('serial', 'TWICE', { zh: '重复', en: 'stands twice' }) ?? []
    seen.add(one.serial)
    return [readLineReview(at, one, claimedOf(line))]
  })
  fields.check()
  return read
}

function readLineReview(at: Fields, one: LineReviewInput, claimed: Fen): ClaimLineReview {
  const code = at.optional('code', one.code, ITEM_CODE)
  const reason = one.outcome === 'APPROVED' && !isGiven(one.reason) ? null : at.words('reason', one.reason, WORDS)
  const given = isGiven(one.amount) ? at.money('amount', one.amount) : null
  if (one.outcome === 'REDUCED') {
    if (!isGiven(one.amount)) at.fault('amount', 'REQUIRED', { zh: '核减须填认可金额', en: 'says what is left' })
    if (given !== null && (given <= 0n || given >= claimed)) {
      const upTo = formatYuan(claimed)
      at.fault('amount', 'RANGE', {
        zh: `应大于 0 且小于 ${upTo}`,
        en: `must be more than zero and less than ${upTo}`,
      })
    }
    return { serial: one.serial, code, outcome: one.outcome, amount: given ?? ZERO, reason }
  }
  const amount = one.outcome === 'APPROVED' ? claimed : ZERO
  if (given !== null && given !== amount)
    at.fault('amount', 'NOT_APPLICABLE', { zh: '仅核减时填写', en: 'is for what is reduced only' })
  return { serial: one.serial, code, outcome: one.outcome, amount, reason }
}

/** What the reviews of the lines come to. */
export function outcomeOf(lines: readonly ClaimLine[], reviews: readonly ClaimLineReview[]): Proposed {
  const found = new Map(reviews.map((one) => [one.serial, one]))
  const outcomes = lines.map(({ serial }) => found.get(serial)?.outcome ?? 'APPROVED')
  if (lines.length > 0 && outcomes.every((one) => one === 'DENIED')) return 'REJECT'
  return outcomes.every((one) => one === 'APPROVED') ? 'APPROVE' : 'PARTIAL'
}

export interface ProposalInput {
  readonly outcome: Proposed
  readonly legalGround?: Maybe<string>
  readonly words?: Maybe<string>
}

export interface Proposal {
  readonly outcome: Proposed
  /** Where the law says so. */
  readonly ground: string | null
  readonly words: string | null
}

/** Reads what is proposed of a claim. @throws InvalidInput; NotAllowed when the lines say something else. */
export function readProposal(
  input: ProposalInput,
  lines: readonly ClaimLine[],
  reviews: readonly ClaimLineReview[],
): Proposal {
  const { ground, words } = readGround(input, input.outcome === 'REJECT')
  if (input.outcome === 'REJECT') return { outcome: input.outcome, ground, words }
  const uncoded = uncodedLines(lines, reviews)
  if (uncoded.length > 0) {
    const message = {
      zh: '以下明细无国家编码，须对码或不予支付',
      en: 'these lines have no national code: map or deny them',
    }
    const problems = uncoded.map((serial) => ({ path: `lines.${serial}`, code: 'LINE_UNREVIEWED', message }))
    throw NotAllowed.of({ code: 'LINES_UNREVIEWED', text: message, problems, details: { lines: uncoded } })
  }
  const comesTo = outcomeOf(lines, reviews)
  if (comesTo === input.outcome) return { outcome: input.outcome, ground, words }
  throw NotAllowed.at(
    'outcome',
    'OUTCOME_OF_LINES',
    { zh: `按明细审核结果应为 ${comesTo}`, en: `by the review of its lines it is ${comesTo}` },
    { outcome: comesTo },
  )
}

/** Lines of which nobody knows yet what of the catalogue they are. */
export function uncodedLines(lines: readonly ClaimLine[], reviews: readonly ClaimLineReview[]): string[] {
  const found = new Map(reviews.map((one) => [one.serial, one]))
  return lines
    .filter(({ serial, code }) => {
      const review = found.get(serial)
      return code === null && (review?.code ?? null) === null && review?.outcome !== 'DENIED'
    })
    .map(({ serial }) => serial)
}

interface GroundInput {
  readonly legalGround?: Maybe<string>
  readonly words?: Maybe<string>
}

/**
 * Reads why something is refused: where the law says so, and in words to the person. Both may be left out of what is not
 * `needed`. @throws InvalidInput
 */
export function readGround({ legalGround, words }: GroundInput, needed: boolean) {
  const fields = new Fields()
  const ground = needed
    ? fields.words('legalGround', legalGround, { max: 200, pattern: /第.+条/u, form: ARTICLE })
    : null
  if (!needed && isGiven(legalGround))
    fields.fault('legalGround', 'NOT_APPLICABLE', { zh: '仅不予支付时填写', en: 'is for refusals only' })
  const said = needed || isGiven(words) ? fields.words('words', words, WORDS) : null
  fields.check()
  return { ground, words: said }
}

const ARTICLE = { zh: '法规名称及条款，如《社会保险法》第三十条', en: 'a law and its article (第…条)' }

/** What an approval brings at most: whether two persons look at it goes by what is claimed, whoever would deny how much. */
export const needsSecond = ({ content }: Pick<Claim, 'content'>, above: Fen | null): boolean =>
  above !== null && (parseYuan(content.total ?? '') ?? ZERO) > above

/** Nobody confirms what they proposed. @throws NotAllowed */
export function requireOther(proposedBy: string, by: string, path: string): void {
  if (proposedBy !== by) return
  throw NotAllowed.at(path, 'OWN_PROPOSAL', {
    zh: '不得复核本人提出的意见，须由他人复核',
    en: 'is your own proposal; somebody else confirms it',
  })
}

/** Reads words that must be there. @throws InvalidInput */
export function readClaimWords(path: string, words: Maybe<string>): string {
  const fields = new Fields()
  const read = fields.words(path, words, WORDS)
  if (read !== null && Array.from(read).length < 2)
    fields.fault(path, 'TOO_SHORT', { zh: '至少 2 个字', en: 'must have at least 2 characters' })
  fields.check()
  return read ?? ''
}

/** States of what was decided, whether it is paid yet or not. */
const APPEALABLE: readonly ClaimState[] = ['NOT_ACCEPTED', 'REJECTED', 'APPROVED', 'PAYING', 'PAYMENT_RETURNED', 'PAID']

/** A claim whose person still may say that it was decided wrongly. @throws NotAllowed; InvalidInput */
export function requireAppealable(claim: Claim, until: Temporal.PlainDate | null, today: Temporal.PlainDate): void {
  requireState(claim, APPEALABLE, 'claimId')
  if (until === null || Temporal.PlainDate.compare(today, until) <= 0) return
  throw NotAllowed.at(
    'claimId',
    'APPEAL_TOO_LATE',
    { zh: `申诉期限为 ${until.toString()}`, en: `could be appealed until ${until.toString()}` },
    { until: until.toString() },
  )
}

/** What is missing is asked for at once, so a claim is not returned again and again; counted anew once it is decided anew. @throws NotAllowed */
export function requireReturnable(history: readonly ClaimEvent[], most: number, path: string): void {
  const since = history.findLastIndex(isOpenedAnew) + 1
  const times = history.slice(since).filter(({ kind }) => kind === 'RETURNED').length
  if (times < most) return
  throw NotAllowed.at(
    path,
    'RETURNED_ENOUGH',
    {
      zh: `该申请已退回补正 ${times} 次，不再退回（所缺材料应一次性告知）；请按现有材料作出处理`,
      en: `was returned ${times} time(s), and what is missing is named at once: decide it as it is`,
    },
    { most },
  )
}

/** Kinds of papers that are asked for; none where something is to be put right instead. @throws InvalidInput */
export function readWantedPapers(
  wanted: readonly ClaimPaper[],
  path: string,
  { mayBeNone = false }: { readonly mayBeNone?: boolean } = {},
): readonly ClaimPaper[] {
  if ((mayBeNone || wanted.length > 0) && new Set(wanted).size === wanted.length) return wanted
  const message = { zh: '应列明所缺材料或须更正的内容，且不重复', en: 'names what is missing or wrong, each once' }
  throw InvalidInput.of([{ path, code: 'PAPERS', message }])
}

/** What a claim was returned for the last time. */
export function askedPapers(history: readonly ClaimEvent[]): ClaimPaper[] {
  const asked = history.findLast(({ kind }) => kind === 'RETURNED')?.data['papers']
  const kinds: readonly unknown[] = Array.isArray(asked) ? asked : []
  return CLAIM_PAPERS.filter((one) => kinds.includes(one))
}

export interface SuppliedInput {
  readonly kind: ClaimPaper
  readonly document?: Maybe<string>
  readonly promise?: Maybe<boolean>
}

/** Reads papers that were asked for. @throws InvalidInput naming those that are still missing */
export function readSupplied(
  input: readonly SuppliedInput[],
  wanted: readonly ClaimPaper[],
  mayPromise: (kind: ClaimPaper) => boolean,
): ClaimPaperGiven[] {
  const fields = new Fields()
  if (input.length > LINES_MAX)
    fields.fault('papers', 'TOO_MANY', { zh: `最多 ${LINES_MAX} 项`, en: `takes at most ${LINES_MAX}` })
  const papers = input.slice(0, LINES_MAX).map(({ kind, document, promise }, i) => {
    const at = fields.within(`papers[${i}]`)
    const id = at.optional('document', document, { max: 36, ascii: true })?.toLowerCase() ?? null
    if (id === null && promise !== true) at.fault('document', 'REQUIRED', { zh: '不能为空', en: 'must not be empty' })
    if (id === null && promise === true && !mayPromise(kind))
      at.fault('promise', 'NOT_APPLICABLE', { zh: '该材料不能以承诺书代替', en: 'takes no promise in its place' })
    return { kind, document: id, promise: id === null && promise === true }
  })
  for (const kind of wanted) {
    if (papers.some((one) => one.kind === kind)) continue
    fields.fault(`papers.${kind}`, 'PAPER_MISSING', { zh: `缺少 ${kind}`, en: `${kind} is missing` })
  }
  fields.check()
  return papers
}
