import { before, parseDay } from '@yibao/schema/dates'
import { divisionFault, problemAt } from '@yibao/schema/ids'
import { InvalidInput, NotAllowed, type Problem } from '@yibao/schema/rejection'
import { textFault } from '@yibao/schema/text'
import { destinationOf, touches, type FilingRules } from './rules.ts'

export type ReferralState = 'ISSUED' | 'SIGNED' | 'CONFIRMED' | 'REFUSED' | 'REVOKED'

/** What a hospital says when it refers somebody, as it is signed. */
export interface ReferralContent {
  readonly institution: string
  readonly insuredId: string
  /** Home pool of somebody insured on the platform of another province; it is left out for all others. */
  readonly insuredPool?: string | null | undefined
  /** Six digits. */
  readonly destination: string
  readonly diagnosisCode: string
  readonly diagnosisName: string
  readonly reason: string
  readonly doctor: string
  readonly issuedOn: string
}

/** An electronic referral as it stands. */
export interface ElectronicReferral {
  readonly id: string
  readonly insuredId: string
  readonly institution: string
  readonly pool: string
  /** The same pool where it is on the platform of another province than the hospital, else null. */
  readonly insuredPool: string | null
  readonly level: string
  /** Significant digits. */
  readonly destination: string
  readonly diagnosisCode: string
  readonly diagnosisName: string
  readonly reason: string
  readonly doctor: string
  readonly issuedOn: Temporal.PlainDate
  readonly state: ReferralState
  readonly signature: string
  readonly keyId: string
  readonly officeSignature: string | null
  readonly officeKeyId: string | null
  readonly issuedAt: Temporal.Instant
  readonly officeSignedAt: Temporal.Instant | null
  readonly decidedBy: string | null
  readonly decidedAt: Temporal.Instant | null
  readonly refusal: string | null
  readonly revokedAt: Temporal.Instant | null
  readonly usedBy: string | null
}

export type ReferralInput = Omit<ReferralContent, 'institution'>

/** Reads what a hospital enters. @throws InvalidInput */
export function readReferralInput(
  input: ReferralInput,
  { rules, today }: { rules: FilingRules; today: Temporal.PlainDate },
): { readonly destination: string; readonly issuedOn: Temporal.PlainDate } {
  const problems: Problem[] = []
  const fail = (path: string, code: string, zh: string, en: string) =>
    problems.push({ path: `input.${path}`, code, message: { zh, en } })
  const fault = divisionFault(input.destination)
  if (fault !== null) problems.push(problemAt('input.destination', fault))
  const destination = fault === null ? destinationOf(input.destination, rules.granularity) : ''
  if (destination === null) fail('destination', 'DESTINATION_TOO_WIDE', '须到地市或直辖市', 'must be a city')
  if (!/^[A-Z]\d{2}[0-9A-Zx.+*]{0,16}$/.test(input.diagnosisCode)) {
    fail('diagnosisCode', 'CODE_FORM', '诊断代码格式错误', 'has not the form of a diagnosis code')
  }
  if (!/^D\d{12}$/.test(input.doctor))
    fail('doctor', 'CODE_FORM', '医师代码格式错误', 'has not the form of a doctor code')
  for (const [path, text, max] of [
    ['diagnosisName', input.diagnosisName, 100],
    ['reason', input.reason, 500],
  ] as const) {
    const wrong = textFault(text, { min: 2, max })
    if (wrong !== null) problems.push(problemAt(`input.${path}`, wrong))
  }
  const issuedOn = parseDay(input.issuedOn)
  if (issuedOn === null) fail('issuedOn', 'DATE_FORM', '不是有效日期 yyyy-MM-dd', 'is not a day yyyy-MM-dd')
  else if (!issuedOn.equals(today)) fail('issuedOn', 'NOT_TODAY', '须为今日', 'must be today')
  InvalidInput.throwIf(problems)
  return { destination: destination ?? '', issuedOn: issuedOn ?? today }
}

type SignedContent = Pick<ElectronicReferral, 'insuredPool' | 'issuedOn'> &
  Omit<ReferralContent, 'insuredPool' | 'issuedOn'>

/** What the insurance office signs: the content together with the id and the hospital's own signature. */
export const officeContent = (one: Pick<ElectronicReferral, 'id' | 'signature'> & SignedContent) => ({
  ...contentOf(one),
  referral: one.id,
  signature: one.signature,
})

/** What the hospital signed. */
export const contentOf = (one: SignedContent): ReferralContent => ({
  institution: one.institution,
  insuredId: one.insuredId,
  ...(one.insuredPool !== null && { insuredPool: one.insuredPool }),
  destination: one.destination.padEnd(6, '0'),
  diagnosisCode: one.diagnosisCode,
  diagnosisName: one.diagnosisName,
  reason: one.reason,
  doctor: one.doctor,
  issuedOn: one.issuedOn.toString(),
})

const refuse = (path: string, code: string, zh: string, en: string): never => {
  throw NotAllowed.at(path, code, { zh, en })
}

/** From which states a step of a referral is taken. */
const FROM: Readonly<Record<Exclude<ReferralState, 'ISSUED'>, readonly ReferralState[]>> = {
  SIGNED: ['ISSUED'],
  CONFIRMED: ['SIGNED'],
  REFUSED: ['SIGNED'],
  REVOKED: ['ISSUED', 'SIGNED', 'CONFIRMED'],
}

/** Refuses a step that the state of a referral does not allow; one that a filing rests on is not revoked. */
export function checkStep({ state, usedBy }: ElectronicReferral, to: Exclude<ReferralState, 'ISSUED'>): void {
  if (!FROM[to].includes(state)) {
    refuse(
      'referralId',
      'REFERRAL_STATE',
      '转诊单当前状态不能办理此步骤',
      'is in a state that does not allow this step',
    )
  }
  if (to === 'REVOKED' && usedBy !== null) {
    refuse('referralId', 'REFERRAL_USED', '已有备案使用该转诊单', 'is what a filing rests on')
  }
}

/** Refuses to revoke what is with the agency of another province. */
export function checkNotSent({ insuredPool, state }: ElectronicReferral): void {
  if (insuredPool === null || state === 'ISSUED') return
  refuse(
    'referralId',
    'REFERRAL_SENT',
    '转诊单已送参保地办理，不能撤销；请与参保地经办机构联系',
    'was sent to the agency of another province, and is not revoked from here',
  )
}

const AGE_MONTHS_MAX = 6

/** Refuses a referral of another province that was issued too long ago, or tomorrow. */
export function checkIssued(issuedOn: Temporal.PlainDate, today: Temporal.PlainDate): void {
  const path = 'content.issuedOn'
  if (before(today, issuedOn)) refuse(path, 'DATE_IN_FUTURE', '转院日期不能晚于今天', 'is in the future')
  if (before(issuedOn, today.subtract({ months: AGE_MONTHS_MAX })))
    refuse(path, 'TOO_OLD', '转诊单已过期', 'is too long ago')
}

interface Use {
  readonly destination: string
  readonly today: Temporal.PlainDate
  /** Whether the filing that used it is over, or is the one being changed. */
  readonly isFree: boolean
}

/** Refuses a referral that is no paper for this filing. */
export function checkUse(one: ElectronicReferral, { destination, today, isFree }: Use): void {
  const path = 'referralId'
  if (one.state !== 'CONFIRMED') {
    refuse(path, 'REFERRAL_NOT_CONFIRMED', '转诊单尚未经参保地确认', 'was not confirmed by the home agency')
  }
  if (one.usedBy !== null && !isFree) refuse(path, 'REFERRAL_USED', '该转诊单已使用', 'was used already')
  if (before(one.issuedOn, today.subtract({ months: AGE_MONTHS_MAX }))) {
    refuse(path, 'TOO_OLD', '转诊单已过期', 'is too long ago')
  }
  if (!touches(one.destination, destination)) {
    refuse('destination', 'REFERRAL_ELSEWHERE', '与转诊单的就医地不符', 'is not where the referral leads')
  }
}
