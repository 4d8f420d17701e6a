import { isUuidKey, pageOf, readPage } from '@yibao/schema/page'
import { Busy, InvalidInput, NotAllowed, NotFound, RequestReused, type Problem } from '@yibao/schema/rejection'
import { builder, connectionOf } from '../builder.ts'
import { confirmBankAccount, enterBankAccount } from '../commands/clearing-bank-account.ts'
import type { Context } from '../context.ts'
import { INSTITUTION } from '../domain/declare-month.ts'
import { Fields } from '../domain/fields.ts'
import {
  CONFIRMATIONS_NEEDED,
  findBankAccount,
  listBankAccounts,
  listConfirmations,
  type BankAccount,
  type Confirmation,
} from '../store/clearing-bank-account.ts'
import { mayReadClearing } from './clearing-rights.ts'
import { mayClose, maySettle } from './rights.ts'

interface Shown extends BankAccount {
  readonly confirmations: readonly Confirmation[]
}

const confirmation = builder.objectRef<Confirmation>('BankAccountConfirmation').implement({
  ...mayReadClearing,
  description: `一次确认；同一统筹区 ${CONFIRMATIONS_NEEDED} 人确认后方可拨付。 One of the ${CONFIRMATIONS_NEEDED} a pool needs before it pays to the account.`,
  fields: (t) => ({
    pool: t.exposeString('pool', { description: '确认的统筹区' }),
    by: t.exposeString('caller', { description: '确认人' }),
    at: t.expose('at', { type: 'DateTime' }),
  }),
})

const bankAccount = builder.objectRef<Shown>('BankAccount').implement({
  ...mayReadClearing,
  description: '机构收款账户。 Where an institution is paid; an account is not changed, another one is entered.',
  fields: (t) => ({
    id: t.exposeID('id'),
    holder: t.exposeString('holder', { description: '户名' }),
    masked: t.exposeString('masked', { description: '账号，仅显示后四位。 The last four digits only.' }),
    bankName: t.exposeString('bankName', { description: '开户银行' }),
    bankCode: t.exposeString('bankCode', { description: '支付系统行号' }),
    enteredAt: t.expose('enteredAt', { type: 'DateTime' }),
    confirmations: t.field({
      type: [confirmation],
      description: '已有的确认，由早到晚，限调用者可见。 So far, the first one first.',
      resolve: (one) => [...one.confirmations],
    }),
    confirmedBy: t.stringList({
      description: '已确认的统筹区。 Pools that pay to it: two of their staff have confirmed it.',
      resolve: ({ confirmations }) =>
        [...Map.groupBy(confirmations, (one) => one.pool)]
          .filter(([, all]) => all.length >= CONFIRMATIONS_NEEDED)
          .map(([pool]) => pool),
    }),
  }),
})

async function shown(context: Context, accounts: readonly BankAccount[]): Promise<Shown[]> {
  const all = await context.read((tx) =>
    listConfirmations(
      tx,
      accounts.map((one) => one.id),
    ),
  )
  return accounts.map((one) => ({ ...one, confirmations: all.filter(({ accountId }) => accountId === one.id) }))
}

async function accountOf(context: Context, id: string): Promise<Shown> {
  const found = await context.read((tx) => findBankAccount(tx, id))
  const [one] = found === null ? [] : await shown(context, [found])
  if (one === undefined) throw NotFound.of({ zh: '该收款账户', en: 'the bank account' }, 'account')
  return one
}

const input = builder.inputType('BankAccountInput', {
  description: '收款账户。 Where the institution is to be paid.',
  fields: (t) => ({
    holder: t.string({ required: true, description: '户名' }),
    number: t.string({ required: true, description: '账号，加密保存。 Kept encrypted.' }),
    bankName: t.string({ required: true, description: '开户银行' }),
    bankCode: t.string({ required: true, description: '支付系统行号，12 位' }),
  }),
})

const connection = connectionOf('BankAccount', bankAccount, mayReadClearing)

builder.queryField('bankAccounts', (t) =>
  t.field({
    ...mayReadClearing,
    type: connection,
    description: '一家机构的收款账户，最近的在前。 The bank accounts of an institution, the latest first.',
    errors: { types: [InvalidInput] },
    args: {
      institution: t.arg.string({ description: '机构自查可不填。 Left out by institutions.' }),
      first: t.arg.int(),
      after: t.arg.string(),
    },
    resolve: async (_root, { institution, ...args }, context) => {
      const { identity } = context
      const problems: Problem[] = []
      const { size, after } = readPage(args, isUuidKey, problems)
      const fields = new Fields(problems)
      const own = identity?.kind === 'institution' ? identity.institution : institution
      const code = fields.text('institution', own, INSTITUTION)
      fields.check()
      const filter = { institution: code ?? '', before: after }
      const rows = await context.read((tx) => listBankAccounts(tx, filter, size + 1))
      return pageOf(await shown(context, rows), size, (one) => one.id)
    },
  }),
)

builder.mutationFields((t) => ({
  enterBankAccount: t.field({
    ...maySettle,
    type: bankAccount,
    description: '登记本机构收款账户。 Enters where the institution is to be paid.',
    errors: { types: [InvalidInput, NotAllowed, RequestReused, Busy] },
    args: { requestId: t.arg.id({ required: true }), input: t.arg({ type: input, required: true }) },
    resolve: async (_root, { requestId, input: account }, context) =>
      accountOf(context, await enterBankAccount(context, requestId, account)),
  }),
  confirmBankAccount: t.field({
    ...mayClose,
    type: bankAccount,
    description: '确认机构收款账户，须两人。 Confirms an account; two of the staff must before it is paid to.',
    errors: { types: [NotFound, InvalidInput, NotAllowed, RequestReused, Busy] },
    args: { requestId: t.arg.id({ required: true }), account: t.arg.id({ required: true }) },
    resolve: async (_root, { requestId, account }, context) =>
      accountOf(context, await confirmBankAccount(context, requestId, account)),
  }),
}))
