import { NotAllowed, NotFound, type Problem, type Text } from '@yibao/schema/rejection'
import { refusedAt } from './refusals.ts'

/** The form in which a prescription that is not there, or not to be known, is answered. */
export const prescriptionNotFound = (path: string): NotFound =>
  NotFound.of({ zh: '该处方', en: 'the prescription' }, path)

const refusal = (code: string, path: string, zh: string, en: string): NotAllowed => refusedAt(code, [path], { zh, en })

export const hospitalsOnly = (): NotAllowed =>
  refusal('NOT_A_HOSPITAL', 'requestId', '只有定点医疗机构可以开具处方', 'only a hospital issues prescriptions')

export const ownNumberTaken = (): NotAllowed =>
  refusal(
    'PRESCRIPTION_EXISTS',
    'ownNumber',
    '该处方编号已用于另一张处方',
    'a prescription of this hospital has this number already',
  )

export const signatureMissing = (): Problem => ({
  path: 'signature',
  code: 'SIGNATURE_REQUIRED',
  message: { zh: '须有医师电子签名（JWS）', en: 'needs the signature, a compact JWS' },
})

export const signatureInvalid = (): NotAllowed =>
  refusal('SIGNATURE_INVALID', 'signature', '签名无效', 'the signature is not valid')

export const signingKeyUnknown = (): NotAllowed =>
  refusal(
    'SIGNING_KEY_UNKNOWN',
    'signature',
    '签名所用密钥（kid）未登记或已停用',
    'the key it names (kid) is not registered by this institution, or retired',
  )

/** The signature is good, but what was signed is not what was sent. */
export const signatureMismatch = (fields: readonly string[]): NotAllowed =>
  refusal(
    'SIGNATURE_MISMATCH',
    'signature',
    `签名内容与提交内容不一致${fields.length === 0 ? '' : `：${fields.join('、')}`}`,
    `what was signed is not what was sent${fields.length === 0 ? '' : `: ${fields.join(', ')}`}`,
  )

const problemOf = (code: string, message: Text) => (i: number) => ({ path: `items[${i}].code`, code, message })

/** Names every item whose code no catalogue knows, or that is no drug. */
export function notPrescribable(unknown: readonly number[], others: readonly number[]): NotAllowed {
  const problems = [
    ...unknown.map(problemOf('UNKNOWN_ITEM', { zh: '医保目录中没有此编码', en: 'the code is in no catalogue' })),
    ...others.map(problemOf('NOT_A_DRUG', { zh: '不是药品', en: 'is no drug' })),
  ]
  const text = { zh: `${problems.length} 个编码不能开具`, en: `${problems.length} code(s) cannot be prescribed` }
  return NotAllowed.of({ code: problems[0]?.code ?? 'UNKNOWN_ITEM', text, problems })
}

export const alreadyDispensed = (): NotAllowed =>
  refusal(
    'PRESCRIPTION_DISPENSED',
    'number',
    '处方已调配，不能撤销；须先撤销结算',
    'something of it was dispensed; it can be revoked only after that settlement is reversed',
  )

export const alreadyRevoked = (): NotAllowed =>
  refusal('PRESCRIPTION_REVOKED', 'number', '处方已撤销', 'the prescription was revoked')

export const expired = (): NotAllowed =>
  refusal('PRESCRIPTION_EXPIRED', 'number', '处方已过有效期', 'the prescription is no longer valid')

export const nothingLeft = (): NotAllowed =>
  refusal('PRESCRIPTION_USED', 'number', '处方已全部调配', 'everything of the prescription was dispensed')

export const keyIdTaken = (): NotAllowed =>
  refusal('KEY_ID_TAKEN', 'key.kid', '该密钥编号已登记', 'a key of this institution has this id already')

export const keyIsKnown = (): NotAllowed =>
  refusal(
    'KEY_KNOWN',
    'key.x',
    '该密钥已登记或曾经登记，请生成新的密钥',
    'is or was registered under another id; make a new key',
  )

export const tooManyKeys = (max: number): NotAllowed =>
  refusal('TOO_MANY_KEYS', 'key', `在用密钥最多 ${max} 个`, `at most ${max} keys may be in use; retire one`)
