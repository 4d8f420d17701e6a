import { NOBODY } from '@yibao/schema/ids'
import { Busy, NotAllowed, Rejection, type Text } from '@yibao/schema/rejection'
import { settlementNumber } from './settlement-id.ts'
import type { Agreement, Enrolment, Facts, KeyHolder } from './facts.ts'

/** The same bill was settled before, under another request id; `details` holds that settlement. */
export class AlreadySettled extends Rejection {
  static of(holder: KeyHolder, path: 'chargeBatch' | 'invoice' | 'converts.invoice'): AlreadySettled {
    const text =
      path === 'chargeBatch'
        ? { zh: '该就诊的此收费批次已结算', en: 'this charge batch of the visit is already settled' }
        : { zh: '该发票号已用于另一笔结算', en: 'this invoice number belongs to another settlement' }
    const problems = [{ path: path, code: 'ALREADY_SETTLED', message: text }]
    const { insuredId, settlementId } = holder
    return new AlreadySettled({ code: 'ALREADY_SETTLED', text, problems, details: { insuredId, settlementId } })
  }

  /** The settlement the bill was settled with. */
  get holder(): KeyHolder {
    return { insuredId: String(this.details['insuredId']), settlementId: String(this.details['settlementId']) }
  }
}

/** Why an enrolment does not cover a day. */
export type NotCoveredReason = 'NOT_ENROLLED' | 'NOT_YET' | 'WAITING' | 'ENDED' | 'SUSPENDED' | 'ARREARS'

const REASONS: Readonly<Record<NotCoveredReason, Text>> = {
  NOT_ENROLLED: { zh: '没有参保记录', en: 'there is no enrolment' },
  NOT_YET: { zh: '参保尚未开始', en: 'the enrolment begins later' },
  ENDED: { zh: '参保已终止', en: 'the enrolment has ended' },
  SUSPENDED: { zh: '待遇暂停', en: 'the enrolment is suspended' },
  ARREARS: { zh: '欠费，待遇暂停', en: 'contributions are in arrears' },
  WAITING: { zh: '处于待遇等待期', en: 'in the waiting period' },
}

/** The person is not covered on the day that decides. */
export class NotCovered extends Rejection {
  static of(day: Temporal.PlainDate, reason: NotCoveredReason, enrolment: Enrolment | null): NotCovered {
    const period = enrolment === null ? null : `${enrolment.beginOn} – ${enrolment.endOn ?? '…'}`
    const where = enrolment === null ? null : `${enrolment.pool}/${enrolment.insuranceType}`
    const text = {
      zh: `${day.toString()} 不享受待遇：${REASONS[reason].zh}${period === null ? '' : `（${where}，${period}）`}`,
      en: `not covered on ${day.toString()}: ${REASONS[reason].en}${period === null ? '' : ` (${where}, ${period})`}`,
    }
    const { pool = null, insuranceType = null, beginOn = null, endOn = null } = enrolment ?? {}
    return new NotCovered({
      code: 'NOT_COVERED',
      text,
      problems: [{ path: 'credential', code: reason, message: REASONS[reason] }],
      details: { day: day.toString(), reason, pool, insuranceType, beginOn, endOn },
    })
  }
}

/**
 * A part of a stay cannot be taken back while a later part stands, which was settled with what the earlier one consumed
 * of the deductible and took the stay's number from it: the latest part first. Never stored.
 */
export class LaterPartStands extends NotAllowed {
  override readonly retryable = true
  static standing(settlementId: string, path: string): LaterPartStands {
    const number = settlementNumber(settlementId)
    const text = {
      zh: `同一次住院之后的结算 ${number} 仍有效，请先撤销该笔结算`,
      en: `the later settlement ${number} of the same stay stands; take that one back first`,
    }
    const problems = [{ path, code: 'LATER_PART_STANDS', message: text }]
    return new LaterPartStands({ code: 'LATER_PART_STANDS', text, problems, details: { settlementId } })
  }
}

/** Whether that is why something failed, here or on the platform of another province, which tells its code alone. */
export const isLaterPart = (failure: unknown): boolean =>
  failure instanceof Rejection && failure.code === 'LATER_PART_STANDS'

Rejection.register('AlreadySettled', AlreadySettled)
Rejection.register('NotCovered', NotCovered)

/** What the keys of a bill are held by. */
type Keys = Pick<Facts, 'bill' | 'invoice' | 'visit' | 'converted' | 'claims' | 'claimed'>

/**
 * What is under way with another province holds the keys of its bill for nobody yet. Never stored: it is over in a moment.
 */
export function refuseUnderWay(facts: Keys): void {
  refuseClaimed(facts)
  const { bill, invoice, visit } = facts
  if (![bill, invoice, ...visit].some((one) => one?.insuredId === NOBODY)) return
  throw Busy.of({
    zh: '该就诊另有账单正向参保地结算，尚无结果；请稍后原样重试',
    en: 'another bill of the visit is being settled with the platform of the insurance; send the same request again in a moment',
  })
}

/** What a person claims by hand is not settled directly as well: the claim holds the visit and the invoices. */
function refuseClaimed({ claims, claimed, bill, invoice, visit, converted }: Keys): void {
  const held = [
    ['chargeBatch', bill],
    ['invoice', invoice],
    ['converts.invoice', converted],
    ...visit.map((one) => ['visit', one] as const),
  ] as const
  for (const [path, holder] of held) {
    const number = holder === null ? undefined : claims?.get(holder.settlementId)
    if (number !== undefined) throw claimedByHand(path, number)
  }
  if (claimed?.invoice != null) throw claimedByHand('invoice', claimed.invoice)
  if (claimed?.converts != null) throw claimedByHand('converts.invoice', claimed.converts)
}

const WHAT_TO_DO: Text = {
  zh: '：尚未办结的，本人撤回该申请后以新的 requestId 即可结算；已办结的，或确属另一次就诊的，请联系经办机构',
  en: ': the person withdraws a claim that is not decided, and it is sent under a new requestId; of one that is, or if this is other care, the agency sees to it',
}

/** The number of a claim is its person's: of somebody else's an institution learns nothing. */
export const claimedByHand = (path: string, number: string | null): NotAllowed =>
  NotAllowed.at(
    path,
    'CLAIMED',
    {
      zh: `该费用已申请零星报销${number === null ? '' : `（受理编号 ${number}）`}，不能再次结算${number === null ? '' : WHAT_TO_DO.zh}`,
      en: `this was claimed by hand${number === null ? '' : ` (claim ${number})`}, so it is not settled once more${number === null ? '' : WHAT_TO_DO.en}`,
    },
    number === null ? {} : { claim: number },
  )

/** A refusal that names every field at fault. */
export function refusedAt(code: string, paths: readonly string[], text: Text): NotAllowed {
  return NotAllowed.of({ code, text, problems: paths.map((path) => ({ path, code, message: text })) })
}

const refusal = (code: string, path: string, zh: string, en: string): NotAllowed => refusedAt(code, [path], { zh, en })

/** The bill asks for an insurance the person does not have. */
export const otherInsurance = (): NotAllowed =>
  refusal(
    'NOT_ENROLLED_IN_INSURANCE',
    'insuranceType',
    '该人员未参加所填险种；可不填险种',
    'the person is not enrolled in this insurance type; it may be left out',
  )

export const otherInstitution = (): NotAllowed =>
  refusal(
    'OTHER_INSTITUTION',
    'institution',
    '账单属于另一家机构，与登录机构不符',
    'the bill names another institution than the one that signed in',
  )

export const credentialUnknown = (path = 'credential.value'): NotAllowed =>
  refusal('CREDENTIAL_UNKNOWN', path, '凭证无效或未登记', 'the credential is not known')

export const credentialRevoked = (path = 'credential.value'): NotAllowed =>
  refusal('CREDENTIAL_REVOKED', path, '凭证已作废', 'the credential was revoked')

export const credentialExpired = (path = 'credential.value'): NotAllowed =>
  refusal('CREDENTIAL_EXPIRED', path, '凭证已过期', 'the credential has expired')

export const thirdPartyLiable = (): NotAllowed =>
  refusal(
    'THIRD_PARTY_LIABLE',
    'trauma.thirdParty',
    '第三方负担的外伤费用不由医保基金支付',
    'the fund does not pay for an injury that a third party is liable for',
  )

export const poolWithoutPolicy = (pool: string): NotAllowed =>
  refusal(
    'NO_POLICY',
    'credential',
    `参保统筹区 ${pool} 没有可用的待遇政策`,
    `the pool ${pool} the person is insured in has no policies here`,
  )

export const notDesignated = (day: Temporal.PlainDate, agreement: Agreement | null): NotAllowed => {
  const period = agreement === null ? null : `${agreement.beginOn} – ${agreement.endOn ?? '…'}`
  return refusal(
    'INSTITUTION_NOT_DESIGNATED',
    'institution',
    `机构在 ${day.toString()} 不是定点${period === null ? '' : `（协议期 ${period}）`}`,
    `the institution is not designated on ${day.toString()}${period === null ? '' : ` (agreement ${period})`}`,
  )
}

export const institutionSuspended = ({ status, reason }: Agreement): NotAllowed => {
  const suspended = status === 'SUSPENDED'
  return refusal(
    suspended ? 'INSTITUTION_SUSPENDED' : 'INSTITUTION_TERMINATED',
    'institution',
    `机构的服务协议已${suspended ? '中止' : '解除'}${reason === null ? '' : `：${reason}`}`,
    `the institution's agreement is ${suspended ? 'suspended' : 'terminated'}${reason === null ? '' : `: ${reason}`}`,
  )
}

export const suspendedThen = (): NotAllowed =>
  refusal(
    'INSTITUTION_SUSPENDED',
    'institution',
    '就诊时机构的服务协议处于中止期',
    "the institution's agreement was suspended at the time of the care",
  )

/** The pool asks for an agreement that covers such care. */
export const capabilityMissing = (capability: string): NotAllowed =>
  refusal(
    'CAPABILITY_MISSING',
    'institution',
    `机构的服务协议未开通所需服务（${capability}）`,
    `the institution's agreement does not cover ${capability}`,
  )

export const careNotOffered = (): NotAllowed =>
  refusal(
    'CARE_TYPE_NOT_OFFERED',
    'careType',
    '该类机构不能结算此医疗类别',
    'an institution of this kind does not settle this care type',
  )

export const visitOfAnother = (): NotAllowed =>
  refusal(
    'VISIT_OF_ANOTHER_PERSON',
    'visit',
    '该就诊号已用于另一人的结算',
    'the visit was settled for another person before',
  )

/** Names every line whose serial an earlier charge batch of the visit has settled, and in which settlement. */
export function serialsSettled(
  lines: readonly { readonly index: number; readonly settlementId: string }[],
): NotAllowed {
  return NotAllowed.of({
    code: 'DUPLICATE_IN_VISIT',
    text: {
      zh: `${lines.length} 条明细的流水号在该就诊中已结算`,
      en: `${lines.length} line(s) have a serial that was settled in this visit before`,
    },
    problems: lines.slice(0, 100).map(({ index, settlementId }) => {
      const number = settlementNumber(settlementId)
      const message = { zh: `已在结算 ${number} 中结算`, en: `was settled in settlement ${number}` }
      return { path: `lines[${index}].serial`, code: 'DUPLICATE_IN_VISIT', message }
    }),
  })
}

/** Names every line whose code no catalogue knows. */
export function unknownItems(indexes: readonly number[]): NotAllowed {
  const message = { zh: '医保目录中没有此编码', en: 'the code is in no catalogue' }
  return NotAllowed.of({
    code: 'UNKNOWN_ITEM',
    text: {
      zh: `${indexes.length} 条明细的目录编码不存在`,
      en: `${indexes.length} line(s) have a code that is in no catalogue`,
    },
    problems: indexes.slice(0, 100).map((i) => ({ path: `lines[${i}].code`, code: 'UNKNOWN_ITEM', message })),
  })
}

/** A late arrival: the request was annulled before or after it was carried out. */
export const requestAnnulled = (): NotAllowed =>
  refusal(
    'ANNULLED',
    'requestId',
    '该请求已被冲正，不再受理；请换用新的 requestId',
    'the request was annulled and is not carried out; choose a new requestId',
  )
