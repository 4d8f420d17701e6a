import { isTextKey, readPage, type PageInput } from '@yibao/schema/page'
import { InvalidInput, type Problem } from '@yibao/schema/rejection'
import { Fields, type Maybe } from './fields.ts'
import type { AccountKind } from './ledger-account.ts'
import { momentOf, type Moment } from './ledger-moment.ts'

const NAME = { max: 200, ascii: true } as const

/** The arguments of the list of accounts. */
export interface AccountsInput extends PageInput {
  readonly kind?: Maybe<AccountKind>
  readonly prefix?: Maybe<string>
  readonly at?: Maybe<string>
}

export interface AccountsWanted {
  readonly kind: AccountKind | null
  readonly prefix: string
  readonly moment: Moment | null
  readonly size: number
  /** Name of the account after which the page begins. */
  readonly after: string | null
}

/** @throws InvalidInput with every fault. */
export function readAccounts({ kind, prefix, at, ...page }: AccountsInput): AccountsWanted {
  const problems: Problem[] = []
  const fields = new Fields(problems)
  const { size, after } = readPage(page, isTextKey, problems)
  const wanted = {
    kind: kind ?? null,
    prefix: fields.optional('prefix', prefix, NAME) ?? '',
    moment: readAt(fields, at),
  }
  InvalidInput.throwIf(problems)
  return { ...wanted, size, after }
}

/** @throws InvalidInput with every fault. */
export function readAccount(input: { readonly account: string; readonly at?: Maybe<string> }) {
  const fields = new Fields()
  const account = fields.text('account', input.account, NAME) ?? ''
  const moment = readAt(fields, input.at)
  fields.check()
  return { account, moment }
}

function readAt(fields: Fields, at: Maybe<string>): Moment | null {
  const instant = at === null || at === undefined ? null : fields.instant('at', at)
  return instant === null ? null : momentOf(instant)
}
