import { formatYuan, fenOf, type Fen } from '@yibao/schema/money'
import { NotAllowed, NotFound, type Text } from '@yibao/schema/rejection'
import type { Claim, ClaimState } from './claim.ts'
import { fundPayTypeName } from './fund-pay-type.ts'
import type { FundShare } from './settlement.ts'

/** A line of a claim and what was made of it. */
export interface DecidedLine {
  readonly serial: string
  readonly name: string
  /** Yuan. */
  readonly amount: string
  readonly outcome: 'APPROVED' | 'REDUCED' | 'DENIED'
  /** Yuan in scope at most; null where the whole line is. */
  readonly limit: string | null
  readonly reason: string | null
}

/** What a decision on paper says, as it is hashed: of the name no more than its mask. Amounts are yuan. */
export interface DecisionContent {
  readonly version: 1
  readonly decision: string
  readonly claim: string
  readonly nameMasked: string
  readonly pool: string
  readonly insuranceType: string
  readonly outcome: 'APPROVE' | 'PARTIAL' | 'REJECT' | 'NOT_ACCEPT'
  readonly ground: string | null
  readonly words: Text | null
  readonly place: string | null
  readonly begin: string | null
  readonly end: string | null
  readonly total: string
  /** What the funds pay. */
  readonly owed: string
  readonly deductible: string | null
  readonly inScope: string | null
  readonly funds: readonly { readonly fundPayType: string; readonly paid: string }[]
  readonly lines: readonly DecidedLine[]
  readonly decidedAt: string
  readonly appealUntil: string
  readonly issuedAt: string
}

/** A decision as it was put on paper. */
export interface DecisionPaper {
  readonly decisionId: string
  readonly insuredId: string
  readonly claimId: string
  readonly content: DecisionContent
  readonly contentHash: Buffer
  readonly issuedAt: Temporal.Instant
}

/** A paper that is checked, and whether the decision still stands. */
export interface CheckedPaper extends DecisionPaper {
  readonly stands: boolean
}

interface Decision {
  readonly id: string
  readonly outcome: DecisionContent['outcome']
  readonly ground: string | null
  readonly words: Text | null
  readonly confirmedAt: Temporal.Instant | null
}

interface Review {
  readonly serial: string
  readonly outcome: DecidedLine['outcome']
  readonly amount: Fen
  readonly reason: string | null
}

interface Deciding {
  readonly decision: Decision
  readonly reviews: readonly Review[]
  /** Null when nothing was settled. */
  readonly settlement: {
    readonly total: Fen
    readonly deductible: Fen
    readonly inScope: Fen
    readonly funds: readonly FundShare[]
  } | null
  readonly nameMasked: string
  readonly appealUntil: Temporal.PlainDate
  readonly at: Temporal.Instant
}

/** What is said of a decision: its reasons, line by line, and what the funds pay. */
export function contentOf(claim: Claim, deciding: Deciding): DecisionContent {
  const { decision, reviews, settlement, nameMasked, appealUntil, at } = deciding
  const { place, begin, end, total, lines = [] } = claim.content
  const found = new Map(reviews.map((one) => [one.serial, one]))
  return {
    version: 1,
    decision: decision.id,
    claim: claim.number,
    nameMasked,
    pool: claim.pool,
    insuranceType: claim.insuranceType,
    outcome: decision.outcome,
    ground: decision.ground,
    words: decision.words,
    place: place?.name ?? null,
    begin: begin ?? null,
    end: end ?? null,
    total: total ?? '0.00',
    owed: formatYuan(settlement === null ? fenOf(0n) : claim.owed),
    deductible: settlement === null ? null : formatYuan(settlement.deductible),
    inScope: settlement === null ? null : formatYuan(settlement.inScope),
    funds: (settlement?.funds ?? []).map(({ fundPayType, paid }) => ({ fundPayType, paid: formatYuan(paid) })),
    lines: lines.map(({ serial, name, amount }) => decidedLine({ serial, name, amount }, found.get(serial))),
    decidedAt: (decision.confirmedAt ?? at).toString(),
    appealUntil: appealUntil.toString(),
    issuedAt: at.toString(),
  }
}

const decidedLine = (
  line: Pick<DecidedLine, 'serial' | 'name' | 'amount'>,
  review: Review | undefined,
): DecidedLine => {
  if (review === undefined) return { ...line, outcome: 'APPROVED', limit: null, reason: null }
  const { outcome, amount, reason } = review
  const limit = outcome === 'APPROVED' ? null : formatYuan(outcome === 'DENIED' ? fenOf(0n) : amount)
  return { ...line, outcome, limit, reason }
}

/** States in which the last decision of a claim stands and was carried out. */
const DECIDED: readonly ClaimState[] = ['APPROVED', 'PAYING', 'PAYMENT_RETURNED', 'PAID', 'REJECTED', 'NOT_ACCEPTED']
export const isDecidedClaim = ({ state }: Pick<Claim, 'state'>): boolean => DECIDED.includes(state)

const OUTCOMES: Readonly<Record<DecisionContent['outcome'], Text>> = {
  APPROVE: { zh: '予以支付', en: 'paid as claimed' },
  PARTIAL: { zh: '部分支付', en: 'paid in part' },
  REJECT: { zh: '不予支付', en: 'rejected' },
  NOT_ACCEPT: { zh: '不予受理', en: 'not accepted' },
}
const LINES: Readonly<Record<DecidedLine['outcome'], string>> = {
  APPROVED: '认可 approved',
  REDUCED: '核减 reduced',
  DENIED: '不予支付 denied',
}

const both = ({ zh, en }: Text): string => `${zh} ${en}`
const left = (zh: string, en: string) => ({ title: { zh, en } })
const right = (zh: string, en: string) => ({ title: { zh, en }, align: 'right' as const })

interface Printed {
  readonly name: string
  /** By which anybody who holds the paper can check it. */
  readonly code: string
  readonly contentHash: string
}

/** A decision as it is printed, with the whole name. */
export function decisionPaper(content: DecisionContent, { name, code, contentHash }: Printed) {
  const { ground, words, place, begin, end, deductible, inScope, appealUntil } = content
  const facts: readonly (readonly [Text, string | null])[] = [
    [{ zh: '申请编号', en: 'Claim' }, content.claim],
    [{ zh: '参保人', en: 'Insured person' }, name],
    [{ zh: '统筹区', en: 'Pool' }, content.pool],
    [{ zh: '就医机构', en: 'Institution' }, place],
    [{ zh: '就医日期', en: 'Care' }, begin === null ? null : `${begin} – ${end ?? ''}`],
    [{ zh: '处理结果', en: 'Decision' }, both(OUTCOMES[content.outcome])],
    [{ zh: '依据', en: 'Ground' }, ground],
    [{ zh: '理由', en: 'Reasons' }, words === null ? null : both(words)],
    [{ zh: '医疗费总额', en: 'Total' }, content.total],
    [{ zh: '符合政策范围', en: 'In scope' }, inScope],
    [{ zh: '起付线', en: 'Deductible' }, deductible],
    [{ zh: '基金支付', en: 'The funds pay' }, content.owed],
    [{ zh: '审定时间', en: 'Decided' }, content.decidedAt],
    [{ zh: '出具时间', en: 'Issued' }, content.issuedAt],
    [{ zh: '验证码', en: 'Verification code' }, code],
  ]
  return {
    title: { zh: '医疗费用手工（零星）报销决定书', en: 'Decision on a claim for medical expenses' },
    facts: facts.flatMap(([label, value]) => (value === null ? [] : [[label, value] as const])),
    tables: [
      {
        title: { zh: '费用明细处理', en: 'Line by line' },
        columns: [
          left('序号', 'Line'),
          left('项目', 'Item'),
          right('金额', 'Amount'),
          left('处理', 'Decision'),
          right('纳入', 'At most'),
          left('理由', 'Reason'),
        ],
        rows: content.lines.map((one) => [
          one.serial,
          one.name,
          one.amount,
          LINES[one.outcome],
          one.limit ?? '—',
          one.reason ?? '',
        ]),
        empty: { zh: '没有明细', en: 'no lines' },
      },
      {
        title: { zh: '基金支付', en: 'Who pays' },
        columns: [left('基金', 'Fund'), right('金额', 'Amount')],
        rows: content.funds.map(({ fundPayType, paid }) => [both(fundPayTypeName(fundPayType)), paid]),
        empty: { zh: '基金不支付', en: 'no fund pays' },
      },
    ],
    notes: [
      {
        zh: `对本决定不服的，可于 ${appealUntil} 前向经办机构申诉，也可依《中华人民共和国社会保险法》第八十三条申请行政复议或者提起行政诉讼。`,
        en: `Appeals are possible until ${appealUntil}; article 83 of the Social Insurance Law gives administrative review and the courts besides.`,
      },
      {
        zh: '金额单位为元。任何人可凭验证码核验本决定书（verifyClaimDecision），无须登录。',
        en: 'Amounts are yuan. Anybody can check this decision by its code, without signing in.',
      },
    ],
    foot: `验证码 Code ${code}    SHA-256 ${contentHash}`,
  }
}

export const notDecided = (): NotAllowed =>
  NotAllowed.at('claim', 'NOT_DECIDED', {
    zh: '该申请尚无已生效的处理结果',
    en: 'nothing that stands has been decided about the claim yet',
  })

export const noPaper = (): NotFound =>
  NotFound.of({ zh: '与该验证码相符的决定书', en: 'a decision with this code' }, 'code')
