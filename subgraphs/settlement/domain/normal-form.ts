import { parseInstant } from '@yibao/schema/dates'
import { parseQuantity, parseUnitPrice, parseYuan } from '@yibao/schema/money'
import type { BillInput, DiagnosisInput, LineInput } from './bill.ts'
import { isGiven, type Maybe } from './fields.ts'
import type { SettleVisitInput } from './visit.ts'

type Plain = Readonly<Record<string, unknown>>

/**
 * A bill in a form that is the same for inputs that say the same: amounts and instants as what they mean, nothing for
 * what was left out, null, empty or the default. What cannot be read stays as it was sent, so that the form of an
 * invalid bill does not depend on the moment either.
 */
export function normalForm(
  input: BillInput,
  institution: string,
): Plain & { readonly credential: BillInput['credential'] } {
  const { credential, operator, trauma, converts } = input
  return {
    ...given(input),
    credential,
    institution: isGiven(input.institution) ? input.institution : institution,
    operator: given(operator),
    trauma: trauma === null || trauma === undefined ? undefined : given({ ...trauma, promise: yes(trauma.promise) }),
    emergency: yes(input.emergency),
    // Aid is used unless the bill says otherwise, so that only a no says something.
    useMutualAid: input.useMutualAid === false ? false : undefined,
    converts: conversion(converts),
    begin: instant(input.begin),
    end: instant(input.end),
    total: parseYuan(input.total) ?? input.total,
    diagnoses: input.diagnoses.map(diagnosis),
    lines: input.lines.map(line),
  }
}

/** What settles a visit, in that form; its lines are those that were uploaded. */
export const visitForm = (
  input: SettleVisitInput,
): Plain & { readonly credential: SettleVisitInput['credential'] } => ({
  ...given(input),
  credential: input.credential,
  operator: given(input.operator),
  useMutualAid: input.useMutualAid === false ? false : undefined,
  converts: conversion(input.converts),
  total: parseYuan(input.total) ?? input.total,
})

const conversion = (input: BillInput['converts']): Plain | undefined =>
  input === null || input === undefined
    ? undefined
    : { ...input, paidAt: instant(input.paidAt), paid: parseYuan(input.paid) ?? input.paid }

const diagnosis = (input: DiagnosisInput): Plain => ({ ...given(input), kind: input.kind ?? '1' })

/** One line in that form. */
export function line(input: LineInput): Plain {
  const { price, quantity, amount, time, traceCodes, approval } = input
  // On a refund line no approval means that of the charge, which naming one does not.
  const approved = isGiven(input.refundOf) ? approval : (approval ?? 'NOT_NEEDED')
  return {
    ...given(input),
    price: parseUnitPrice(price) ?? price,
    quantity: parseQuantity(quantity) ?? quantity,
    amount: parseYuan(amount) ?? amount,
    time: instant(time),
    approval: approved ?? undefined,
    takeHome: yes(input.takeHome),
    traceCodes: traceCodes ?? [],
  }
}

/** The fields that say something. */
export const given = (input: object): Plain =>
  Object.fromEntries(Object.entries(input).filter(([, value]) => value !== null && value !== undefined && value !== ''))

const yes = (value: Maybe<boolean>): boolean => value ?? false

const instant = (text: string): Temporal.Instant | string => parseInstant(text) ?? text
