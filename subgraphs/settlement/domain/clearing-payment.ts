import { fenOf, sum, type Fen } from '@yibao/schema/money'
import { NotAllowed } from '@yibao/schema/rejection'

/** What may be paid: a statement that was confirmed, or a deposit that goes back. */
export interface Part {
  readonly partId: string
  readonly kind: 'STATEMENT' | 'RELEASE' | 'DECISION'
  readonly institution: string
  readonly amount: Fen
}

/** A transfer: all an institution gets in a batch. */
export interface Transfer {
  readonly institution: string
  readonly accountId: string
  readonly amount: Fen
  readonly parts: readonly Part[]
}

/**
 * Puts what is to be paid together by institution. What cannot be paid, for want of an account or because more was taken
 * back than settled, is left for a later batch; named by whoever asks, or when nothing else is there, it is refused by why.
 */
export function transfersOf(
  parts: readonly Part[],
  accounts: ReadonlyMap<string, string>,
  isNamed: boolean,
): Transfer[] {
  const transfers: Transfer[] = []
  const refusals: NotAllowed[] = []
  for (const [institution, own] of Map.groupBy(parts, (one) => one.institution)) {
    const amount = fenOf(sum(own.map((one) => one.amount)))
    const accountId = accounts.get(institution)
    if (accountId !== undefined && amount > 0n) transfers.push({ institution, accountId, amount, parts: own })
    else refusals.push(accountId === undefined ? noAccount(institution) : notPositive(institution))
  }
  const [refused = nothingToPay()] = refusals
  if (transfers.length === 0 || (isNamed && refusals.length > 0)) throw refused
  return transfers.toSorted((a, b) => (a.institution < b.institution ? -1 : 1))
}

const refusal = (code: string, path: string, zh: string, en: string): NotAllowed =>
  NotAllowed.at(path, code, { zh, en })

const noAccount = (institution: string): NotAllowed =>
  refusal(
    'NO_BANK_ACCOUNT',
    'input',
    `${institution} 没有经两人确认的收款账户`,
    `${institution} has no bank account that two of the staff have confirmed`,
  )

const notPositive = (institution: string): NotAllowed =>
  refusal(
    'NOTHING_LEFT_TO_PAY',
    'input',
    `${institution} 的合计不大于 0，待后续冲抵`,
    `what is named of ${institution} does not come to more than zero; it is set off against what follows`,
  )

const nothingToPay = (): NotAllowed =>
  refusal('NOTHING_TO_PAY', 'input', '没有可拨付的款项', 'there is nothing that can be paid')

/** Something that was named is not there to be paid: unknown, of another pool, not confirmed, or to be decided before. */
export const notPayable = (path: string): NotAllowed =>
  refusal(
    'NOT_PAYABLE',
    path,
    '有未确认、已拨付、不存在，或银行称已付而待处理（见 paymentReturns）的项',
    'names something that is not confirmed, paid already, not there, or of which the bank says that it was paid (`paymentReturns`)',
  )
