import { canonicalName } from '@yibao/schema/names'
import { NotAllowed } from '@yibao/schema/rejection'
import { z } from 'zod'
import type { Claim, ClaimState } from './claim.ts'
import { awaitsPayment } from './claim-payment.ts'
import { bankName } from './clearing-bank-account.ts'
import { Fields, type Maybe } from './fields.ts'
import { source } from './policy-format.ts'
import { listOf, setOf, wrong } from './policy-parts.ts'

const digits = z.strictObject({ least: z.int().min(1).max(32), most: z.int().min(1).max(32) })
const prefix = z.string().regex(/^\d{1,10}$/, wrong('应为数字字头', 'must be digits'))

const format = z.strictObject({
  cards: z.strictObject({ prefixes: setOf(prefix).min(1), digits, source }),
  accounts: z.strictObject({ digits, source }),
  issuers: listOf(
    z.strictObject({ names: setOf(z.string().min(2)).min(1), prefixes: setOf(prefix).min(1), digits: z.int() }),
    500,
  ),
  issuersSource: source,
})

/** How numbers of cards and accounts are made, as the file has it. */
export type CardRules = z.output<typeof format>

/** @throws ZodError naming what is wrong with the file. */
export const readCardRules = (text: string): CardRules => format.parse(JSON.parse(text))

export interface ClaimAccountInput {
  readonly holder: string
  readonly number: string
  readonly bankName: string
  readonly bankCode?: Maybe<string>
  readonly guardian?: Maybe<boolean>
}

/** An account as it was read, the number in the clear. */
export interface ReadAccount {
  readonly holder: string
  readonly number: string
  readonly bankName: string
  readonly bankCode: string | null
  readonly relation: 'SELF' | 'GUARDIAN'
  /** What one of the staff should look at before anything is paid there; nothing when it passed all that can be checked. */
  readonly concerns: readonly Concern[]
}

/** Why an account does not pass by itself. */
export type Concern = 'GUARDIAN' | 'NO_CARD' | 'OTHER_LENGTH' | 'OTHER_BANK' | 'NOT_THE_PERSONS'

interface Checking {
  readonly rules: CardRules
  /** The name of the insured person. */
  readonly name: string
}

/** Reads where a claim is to be paid. Throws InvalidInput. */
export function readClaimAccount(input: ClaimAccountInput, { rules, name }: Checking): ReadAccount {
  const fields = new Fields()
  const within = fields.within('input')
  const number = readNumber(within, input.number, rules)
  const holder = bankName(within, 'holder', input.holder)
  const bank = bankName(within, 'bankName', input.bankName)
  const bankCode = within.optional('bankCode', input.bankCode, { max: 12, ...BANK_CODE })
  const isOwn = canonicalName(holder) === canonicalName(name)
  if (!isOwn && holder !== '' && input.guardian !== true) within.fault('holder', 'OTHER_HOLDER', OTHER_HOLDER)
  fields.check()
  const relation = isOwn ? 'SELF' : 'GUARDIAN'
  const concerns: Concern[] = relation === 'GUARDIAN' ? ['GUARDIAN'] : []
  return { holder, number, bankName: bank, bankCode, relation, concerns: [...concerns, ...faults(number, bank, rules)] }
}

const BANK_CODE = { pattern: /^\d{12}$/, form: { zh: '12 位支付系统行号', en: 'the 12 digits of the bank' } }
const OTHER_HOLDER = {
  zh: '户名与参保人姓名不一致；收款人为监护人的，请填 guardian',
  en: 'is not the name of the insured person; say `guardian` when it is the account of a guardian',
}

function readNumber(fields: Fields, value: string, { cards, accounts }: CardRules): string {
  // As it is printed on a card.
  const number = value.replaceAll(/[\s-]/g, '')
  const isCard = hasPrefix(number, cards.prefixes)
  const { least, most } = isCard ? cards.digits : accounts.digits
  const form = { zh: `${least} 至 ${most} 位数字`, en: `${least} to ${most} digits` }
  const read = fields.text('number', number, { max: 40, pattern: new RegExp(`^\\d{${least},${most}}$`), form })
  if (read === null) return ''
  if (isCard && !hasCheckDigit(read)) fields.fault('number', 'CHECK_DIGIT', CHECK_DIGIT)
  return read
}

const CHECK_DIGIT = { zh: '卡号校验位不符，请核对', en: 'does not have the check digit of a card number' }

/** Whether the last digit is the check digit by Luhn's formula. */
export function hasCheckDigit(number: string): boolean {
  const sum = number
    .split('')
    .toReversed()
    .reduce((all, digit, i) => {
      const value = Number(digit) * (i % 2 === 0 ? 1 : 2)
      return all + (value > 9 ? value - 9 : value)
    }, 0)
  return sum % 10 === 0
}

const hasPrefix = (number: string, prefixes: readonly string[]) => prefixes.some((one) => number.startsWith(one))

function faults(number: string, bank: string, { cards, issuers }: CardRules): Concern[] {
  if (!hasPrefix(number, cards.prefixes)) return ['NO_CARD']
  const issuer = issuers.find(({ prefixes }) => hasPrefix(number, prefixes))
  if (issuer === undefined) return []
  const { names, digits: length } = issuer
  return [
    ...(number.length === length ? [] : ['OTHER_LENGTH' as const]),
    ...(names.some((one) => bank.toUpperCase().includes(one)) ? [] : ['OTHER_BANK' as const]),
  ]
}

/** States in which a claim still waits for money, so that it matters where to. */
const WAITING: readonly ClaimState[] = [
  'DRAFT',
  'SUBMITTED',
  'RETURNED',
  'ACCEPTED',
  'PROPOSED',
  'SETTLING',
  'APPROVED',
  'PAYMENT_RETURNED',
]
export const mayEnterAccount = (claim: Pick<Claim, 'state' | 'owed' | 'paid'>): boolean =>
  WAITING.includes(claim.state) || awaitsPayment(claim)

export const looksFine = (): NotAllowed =>
  NotAllowed.at('claim', 'ACCOUNT_FITS', {
    zh: '该账户已通过核对',
    en: 'the account needs nobody to look at it',
  })

export const ownEntry = (): NotAllowed =>
  NotAllowed.at('claim', 'SECOND_PERSON', {
    zh: '账户由本人录入，须由另一人核对',
    en: 'you have entered the account; another one of the staff must look at it',
  })
