import { parseDay, parseInstant } from '@yibao/schema/dates'
import {
  fenOf,
  parseQuantity,
  parseUnitPrice,
  parseYuan,
  quantityOf,
  sum,
  unitPriceOf,
  ZERO,
  type Fen,
} from '@yibao/schema/money'
import { InvalidInput, type Problem } from '@yibao/schema/rejection'
import type { Bill, BillLine, BirthType } from './bill.ts'
import { careKindOf, isEmergencyCare, isTraumaCare } from './care-type.ts'
import type { Claim, ClaimContent, ClaimLine, ClaimPlace } from './claim.ts'
import type { ClaimLineReview } from './claim-review.ts'

/** What of a bill says that a person who has paid claims it, and how it was reviewed. */
export interface Claimed {
  readonly id: string
  /** Pool that insures the person, which pays by its own catalogue. */
  readonly pool: string
  /** Its level is what does not rest on the claimant's word alone. */
  readonly place: ClaimPlace
  /** Lines as they were written down, in the order of the bill's. */
  readonly lines: readonly ClaimLine[]
  /** What was said of lines, by serial. */
  readonly reviews: ReadonlyMap<string, ClaimLineReview>
  /** What it may come to, before anybody has reviewed it: what is not known yet counts for the person. */
  readonly isEstimate: boolean
}

/** What of a claim its bill is made of. */
export type ClaimToSettle = Pick<Claim, 'id' | 'number' | 'pool' | 'insuranceType' | 'content'>

/** Keys under which an institution's bill is settled once. */
export interface ClaimKeys {
  readonly institution: string
  readonly visit: string
  readonly chargeBatch: string
}

/** By what an institution without a code goes: the division it lies in decides. No institution of this platform has such a code. */
const institutionOf = ({ institution, division }: Pick<ClaimPlace, 'institution' | 'division'>): string =>
  institution ?? `N${division}00000`

/** The keys of a claim's bill; a visit nobody has a number of goes by that of the claim. */
export const keysOfClaim = (
  { number }: Pick<Claim, 'number'>,
  content: Pick<ClaimContent, 'place' | 'visit' | 'chargeBatch'>,
): ClaimKeys => ({
  institution: institutionOf(content.place),
  visit: content.visit ?? number,
  chargeBatch: content.chargeBatch ?? number,
})

/** Whether a claim stands for a visit that its institution knows. */
export const hasKnownVisit = ({ place, visit }: Partial<Pick<ClaimContent, 'place' | 'visit'>>): boolean =>
  (place?.institution ?? null) !== null && (visit ?? null) !== null

interface Frame {
  readonly reviews: readonly ClaimLineReview[]
  readonly isEstimate: boolean
  /** Who decided. */
  readonly by: string
}

const ZONE = 'Asia/Shanghai'

/** A day counts whole. */
function momentOf(text: string, isEnd: boolean): Temporal.Instant | null {
  const day = parseDay(text)
  if (day === null) return parseInstant(text)
  const time = isEnd ? Temporal.PlainTime.from('23:59:59') : Temporal.PlainTime.from('00:00')
  return day.toZonedDateTime({ timeZone: ZONE, plainTime: time }).toInstant()
}

/** The bill of a claim, which is settled as any other. Throws InvalidInput, naming what cannot be settled so. */
export function billOfClaim(claim: ClaimToSettle, { reviews, isEstimate, by }: Frame): Bill {
  const problems: Problem[] = []
  const at = isEstimate ? 'input' : 'content'
  const miss = (path: string): null => {
    problems.push({
      path: `${at}.${path}`,
      code: 'REQUIRED',
      message: { zh: '缺失或不能识别', en: 'is missing or cannot be read' },
    })
    return null
  }
  const content = wholeOf(claim.content, miss)
  if (content.lines.length === 0 && parseYuan(content.total) === null) miss('total')
  const begin = momentOf(content.begin, false) ?? miss('begin')
  const end = momentOf(content.end, true) ?? miss('end')
  const careKind = careKindOf(content.careType) ?? miss('careType')
  const known = new Map(reviews.map((one) => [one.serial, one]))
  const written = linesOf(content, isEstimate)
  const lines = written.map((line, i) => lineOf(line, known.get(line.serial), (path) => miss(`lines[${i}].${path}`)))
  const total = sum(lines.map((line) => line.amount))
  const place = { ...content.place, level: content.place.confirmed?.level ?? null }
  if (!isEstimate && parseYuan(content.total) !== total) miss('total')
  InvalidInput.throwIf(problems)
  if (begin === null || end === null || careKind === null) throw InvalidInput.of(problems)
  return {
    ...NOTHING_ELSE,
    // Whoever claims has signed in; which credential it was does not matter.
    credential: { kind: '02', value: claim.id },
    ...keysOfClaim(claim, content),
    insuredPool: claim.pool,
    insuranceType: claim.insuranceType,
    operator: { code: by, name: null, terminal: '1' },
    careType: content.careType,
    careKind,
    emergency: content.emergency || isEmergencyCare(content.careType),
    trauma: content.trauma === true || isTraumaCare(content.careType) ? { thirdParty: false, promise: true } : null,
    begin,
    end: Temporal.Instant.compare(begin, end) > 0 ? begin : end,
    diagnoses: content.diagnoses.map(({ code, name }) => ({ code: code ?? '', name, kind: '1' })),
    birthType: birthTypeOf(content.birthType),
    disease: content.disease,
    total,
    lines,
    claim: { id: claim.id, pool: claim.pool, place, lines: written, reviews: known, isEstimate },
  }
}

const NOTHING_ELSE = {
  invoice: null,
  useAccount: false,
  useMutualAid: false,
  quote: null,
  confirmWithin: null,
  converts: null,
  transferredFrom: null,
} as const

const BIRTH_TYPES: readonly BirthType[] = ['1', '2', '3', '4', '5', '6', '7', '9']
const birthTypeOf = (text: string | null): BirthType | null => BIRTH_TYPES.find((one) => one === text) ?? null

/** A draft may lack what a claim that is submitted has; for an estimate the rest is taken as nothing. */
function wholeOf(content: Claim['content'], miss: (path: string) => null): ClaimContent {
  const { place, careType, begin, end } = content
  if (place === undefined) miss('place')
  if (careType === undefined) miss('careType')
  if (begin === undefined) miss('begin')
  if (end === undefined) miss('end')
  return {
    emergency: false,
    trauma: null,
    birthType: null,
    disease: null,
    visit: null,
    chargeBatch: null,
    diagnoses: [],
    filing: null,
    total: '',
    invoices: [],
    lines: [],
    papers: [],
    account: null,
    note: null,
    ...content,
    place: place ?? { institution: null, name: '', division: '', level: null, designated: null },
    careType: careType ?? '',
    begin: begin ?? '',
    end: end ?? '',
  }
}

/** The lines; where none are known yet, the total as one. */
function linesOf({ lines, total, begin }: ClaimContent, isEstimate: boolean): readonly ClaimLine[] {
  if (lines.length > 0 || !isEstimate) return lines
  const amount = parseYuan(total) === null ? '0.00' : total
  return [{ serial: '1', name: '', code: null, chargeType: '', price: amount, quantity: '1', amount, time: begin }]
}

function lineOf(line: ClaimLine, review: ClaimLineReview | undefined, miss: (path: string) => null): BillLine {
  const time = momentOf(line.time, false)
  return {
    serial: line.serial,
    code: review?.code ?? line.code ?? '',
    ownCode: line.name,
    price: parseUnitPrice(line.price) ?? miss('price') ?? unitPriceOf(0n),
    quantity: parseQuantity(line.quantity) ?? miss('quantity') ?? quantityOf(0n),
    amount: parseYuan(line.amount) ?? miss('amount') ?? ZERO,
    time: time ?? miss('time') ?? Temporal.Instant.fromEpochMilliseconds(0),
    department: null,
    doctor: null,
    prescription: null,
    days: null,
    // What a reviewer lets pass of restricted use was approved.
    approval: review === undefined || review.outcome === 'DENIED' ? 'NOT_NEEDED' : 'APPROVED',
    takeHome: false,
    traceCodes: [],
    refundOf: null,
  }
}

/** What a claim's settlement owes: all that others than the person, and the institution, bear. */
export const owedBy = ({
  total,
  hospital,
  cash,
}: {
  readonly total: Fen
  readonly hospital: Fen
  readonly cash: Fen
}): Fen => fenOf(total - hospital - cash)
