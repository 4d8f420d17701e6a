import assert from 'node:assert/strict'
import { ZERO } from '@yibao/schema/money'
import { pageOf, type Page } from '@yibao/schema/page'
import { InvalidInput, NotAllowed, NotFound } from '@yibao/schema/rejection'
import { builder, connectionOf } from '../builder.ts'
import type { Context } from '../context.ts'
import { fundPayTypeName } from '../domain/fund-pay-type.ts'
import { askedRanges, exactly, isOwn, mayKnow, parseAccount, type AccountName } from '../domain/ledger-account.ts'
import { readAccount, readAccounts, type AccountsInput } from '../domain/ledger-page.ts'
import { listBalances, refuseArchivedMoment, type Balance } from '../store/ledger-balances.ts'
import { institution, insured } from './references.ts'
import { mayRead } from './rights.ts'
import { text } from './words.ts'

const accountKind = builder.enumType('LedgerAccountKind', {
  description: '账户种类。 What an account of the ledger is for.',
  values: {
    BANK: { description: '已由银行付出。 Paid out by the bank of a pool.' },
    CLAIM: { description: '应收其他统筹区。 What another pool owes the pool.' },
    DEPOSIT: { description: '质量保证金。 Kept back of an institution by a pool.' },
    DUE: { description: '应付其他统筹区。 What the pool owes another one.' },
    FUND: { description: '基金：统筹区 × 险种 × 基金支付类型。 A fund of a pool; what it paid is negative.' },
    OPENING: { description: '期初：接管时个人账户余额的对方。 The other side of balances taken over.' },
    PAYABLE_CLAIM: { description: '应付零星报销：已审定、待拨付个人。 Owed to those who have claimed.' },
    PAYABLE_CONTRIBUTION: {
      description: '应付保险费：个人账户代缴的居民医保费。 Premiums that personal accounts have paid.',
    },
    PAYABLE_INSTITUTION: { description: '应付医药机构。 Owed to an institution.' },
    PAYABLE_PERSON: { description: '应付个人。 Owed to a person.' },
    PAYABLE_PROVINCE: {
      description: '应付外省：由就医地平台先行支付。 Owed to another province, whose platform pays its institutions.',
    },
    RECEIVABLE_PROVINCE: {
      description: '应收外省：为其参保人先行支付。 Owed by another province, whose persons were treated here.',
    },
    PERSONAL: { description: '个人账户。 A personal account.' },
    PREFUND: { description: '缴存外省的预付金。 Paid in with another province.' },
    PREFUNDED: { description: '外省缴存的预付金。 Paid in here by another province.' },
    RECEIVABLE_CLAIM: { description: '应收多付的零星报销。 What those who have claimed have to give back.' },
    RECEIVABLE_CONTRIBUTION: {
      description:
        '应收退回划入：多划入个人账户而已用去的部分。 Credited to personal accounts though not due, and spent.',
    },
    TRANSIT: { description: '在途资金。 Sent to the bank, which has not answered yet.' },
  },
})

const purse = builder.enumType('LedgerPurse', {
  description: '当年或历年账户。 Money of this year or of earlier ones.',
  values: { CURRENT: { description: '当年' }, HISTORY: { description: '历年' } },
})

interface Account extends Balance {
  readonly name: AccountName | null
}

/** A part of the name that only some kinds have. */
const part = ({ name }: Account, key: string): string | null => {
  const value: unknown = name === null ? undefined : Reflect.get(name, key)
  return typeof value === 'string' ? value : null
}

const ledgerAccount = builder.objectRef<Account>('LedgerAccount').implement({
  ...mayRead,
  description:
    '总账账户及其余额，复式记账，全部账户合计为零。 An account of the double-entry ledger with its balance; all accounts add up to zero.',
  fields: (t) => ({
    account: t.exposeString('account', { description: '账户名。 Name of the account, `fund:620200:310:310100`.' }),
    kind: t.field({ type: accountKind, nullable: true, resolve: ({ name }) => name?.kind ?? null }),
    pool: t.string({ nullable: true, description: '统筹区', resolve: (one) => part(one, 'pool') }),
    otherPool: t.string({
      nullable: true,
      description: '对方统筹区。 The other pool.',
      resolve: (one) => part(one, 'otherPool'),
    }),
    province: t.string({
      nullable: true,
      description: '对方省份，区划前两位。 The other province, first two digits of its divisions.',
      resolve: (one) => part(one, 'province'),
    }),
    insuranceType: t.string({
      nullable: true,
      description: '险种类型 `insutype`',
      resolve: (one) => part(one, 'insuranceType'),
    }),
    fundPayType: t.string({
      nullable: true,
      description: '基金支付类型 `fund_pay_type`',
      resolve: (one) => part(one, 'fundPayType'),
    }),
    fundName: t.field({
      type: text,
      nullable: true,
      description: '基金支付类型名称 `fund_pay_type_name`',
      resolve: (one) => {
        const type = part(one, 'fundPayType')
        return type === null ? null : fundPayTypeName(type)
      },
    }),
    institution: t.field({
      type: institution,
      nullable: true,
      description: '定点医药机构。 To whom it is owed.',
      resolve: (one) => {
        const code = part(one, 'institution')
        return code === null ? null : { code }
      },
    }),
    insured: t.field({
      type: insured,
      nullable: true,
      description: '参保人。 Whose account, or to whom it is owed.',
      resolve: (one) => {
        const id = part(one, 'insuredId')
        return id === null ? null : { id }
      },
    }),
    purse: t.field({
      type: purse,
      nullable: true,
      resolve: ({ name }) => (name?.kind === 'PERSONAL' ? name.purse : null),
    }),
    balance: t.expose('balance', {
      type: 'Money',
      description:
        '余额，限调用者可见的分录：经办只见本统筹区应付。 The sum of the entries the caller may see: to staff, what their pool owes.',
    }),
  }),
})

const accounts = connectionOf('LedgerAccount', ledgerAccount, mayRead)
const AT =
  '时点（含）；不填为现在；总账已归档的时段拒答。 As of this moment, included; now when left out. Refused where the ledger was put away.'

function noted(context: Context, found: Balance, operation: string): Account {
  const name = parseAccount(found.account)
  if (name !== null && 'insuredId' in name) context.noteRead(name.insuredId, operation)
  return { ...found, name }
}

async function listAccounts(context: Context, input: AccountsInput): Promise<Page<Account>> {
  const { kind, prefix, moment, size, after } = readAccounts(input)
  const { identity } = context
  assert(identity !== null, 'only who has signed in reaches this')
  const found: Balance[] = []
  await context.read(async (tx) => {
    await refuseArchivedMoment(tx, moment)
    for (const { from, before } of askedRanges(identity, { kind, prefix, after })) {
      if (found.length > size) break
      found.push(...(await listBalances(tx, { from, before }, { moment, limit: size + 1 - found.length })))
    }
  })
  const shown = found
    .slice(0, size + 1)
    .map((one, i) => (i < size ? noted(context, one, 'ledgerAccounts') : { ...one, name: null }))
  return pageOf(shown, size, (one) => one.account)
}

async function oneAccount(context: Context, input: Parameters<typeof readAccount>[0]): Promise<Account> {
  const { account, moment } = readAccount(input)
  const { identity } = context
  assert(identity !== null, 'only who has signed in reaches this')
  const range = exactly(account)
  const known = mayKnow(identity, account) && parseAccount(account) !== null
  const found = await context.read(async (tx) => {
    await refuseArchivedMoment(tx, moment)
    if (!known) return null
    const [now] = await listBalances(tx, range, { moment: null, limit: 1 })
    if (now === undefined && !isOwn(identity, account)) return null
    const [then] = moment === null ? [now] : await listBalances(tx, range, { moment, limit: 1 })
    return then ?? { account, balance: ZERO }
  })
  if (found === null) throw NotFound.of({ zh: '该账户', en: 'the account' }, 'account')
  return noted(context, found, 'ledgerBalance')
}

builder.queryFields((t) => ({
  ledgerAccounts: t.field({
    ...mayRead,
    type: accounts,
    description:
      '总账账户及余额，按账户名排序：本统筹区的基金与应付，本机构的应收，本人账户，审计为全部。 Accounts with balances by name: of the pool and what it owes, what the institution is owed, one’s own; all to auditors.',
    errors: { types: [InvalidInput, NotAllowed] },
    args: {
      kind: t.arg({ type: accountKind }),
      prefix: t.arg.string({ description: '账户名开头。 How the name begins, `fund:620200:`.' }),
      at: t.arg({ type: 'DateTime', description: AT }),
      first: t.arg.int({ description: '默认 20，最多 100' }),
      after: t.arg.string(),
    },
    resolve: (_root, args, context) => listAccounts(context, args),
  }),
  ledgerBalance: t.field({
    ...mayRead,
    type: ledgerAccount,
    description:
      '一个账户的余额，现在或某一时点；无权知晓者答不存在。 What an account holds, now or as of a moment; who may not know is told there is none.',
    errors: { types: [InvalidInput, NotFound, NotAllowed] },
    args: { account: t.arg.string({ required: true }), at: t.arg({ type: 'DateTime', description: AT }) },
    resolve: (_root, args, context) => oneAccount(context, args),
  }),
}))
