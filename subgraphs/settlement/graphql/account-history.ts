import { may } from '@yibao/schema/builder'
import { fenOf, ZERO } from '@yibao/schema/money'
import { isUuidKey, pageOf, readPage } from '@yibao/schema/page'
import { InvalidInput, type Problem } from '@yibao/schema/rejection'
import { builder, connectionOf } from '../builder.ts'
import { timeOfId } from '../domain/settlement-id.ts'
import { listHistory, type HistoryRow } from '../store/account-history.ts'
import { findOwed } from '../store/credit-correction.ts'
import { account } from './purse.ts'
import { settlement } from './settlement.ts'

/** What moved in an account is its owner's to know. */
const mayReadHistory = may('person settlement:read', 'auditor settlement:read')

const kind = builder.enumType('AccountMovementKind', {
  description: '个人账户变动类别。 Why money of an account moved.',
  values: {
    OPENING: { description: '接管时的余额。 Taken over.' },
    CREDIT: {
      description: '缴费划入，先抵扣应退划入。 Credited for a contribution, after what is owed of earlier ones.',
    },
    CREDIT_CORRECTED: { description: '更正后退回多划入。 Taken back, since less was due than had been credited.' },
    CONSUMPTION: { description: '就医购药支付。 Paid of a bill.' },
    CONSUMPTION_RETURNED: { description: '结算撤销退回。 Given back with a reversal.' },
    MUTUAL_AID: { description: '家庭共济支付，或其退回。 Paid of a relative’s bill, or given back.' },
    PREMIUM: { description: '代缴居民医保费。 A resident’s premium.' },
    PREMIUM_RETURNED: { description: '代缴退回。 A premium given back.' },
    YEAR_TURN: { description: '年度结转与计息。 Carried over to earlier years, with interest.' },
    CARRIED_FORWARD: {
      description:
        '此前总账已归档，余额结转；更早的变动不再列出。 What the account held when the ledger before was put away; earlier movements are not told any more.',
    },
    MERGED: {
      description:
        '记录合并，余额转入保留的记录；合并前两记录的变动均已列出，故变动为零。 Two records of one person were made one; movements of both are told, so this moves nothing.',
    },
  },
})

const movement = builder.objectRef<HistoryRow>('AccountMovement').implement({
  ...mayReadHistory,
  description: '个人账户变动，即参保人的消费与划入记录。 A movement of an account.',
  fields: (t) => ({
    id: t.exposeID('id'),
    kind: t.expose('kind', { type: kind }),
    at: t.field({ type: 'DateTime', description: '时间', resolve: ({ id }) => timeOfId(id) }),
    amount: t.field({
      type: 'Money',
      description: '合计变动，元，支出为负。 Of both parts together; negative where it was paid.',
      resolve: ({ current, history }) => fenOf(current + history),
    }),
    current: t.expose('current', { type: 'Money', description: '当年账户变动，元' }),
    history: t.expose('history', { type: 'Money', description: '历年账户变动，元' }),
    interest: t.expose('interest', { type: 'Money', nullable: true, description: '其中利息，元；非结转为 null' }),
    merged: t.expose('merged', {
      type: 'Money',
      nullable: true,
      description: '记录合并时转入的余额，元；非合并为 null。 What went over when records were made one.',
    }),
    period: t.exposeString('period', { nullable: true, description: '费款所属期，或结转的年度' }),
    bill: t.exposeID('billId', { nullable: true, description: '缴费核定标识，来源为缴费时' }),
    settlement: t.field({
      type: settlement,
      nullable: true,
      description: '所支付的结算，来源为本人就医购药时',
      resolve: ({ settlementId }, _args, { load }) =>
        settlementId === null ? null : load.settlement.load({ id: settlementId }),
    }),
  }),
})

builder.objectField(account, 'owed', (t) =>
  t.field({
    ...mayReadHistory,
    type: 'Money',
    description:
      '应退划入：更正后多划入而账户已用去的部分，元，由以后的划入先行抵扣。 Credited though not due, and spent since: the next credits go to it first.',
    resolve: async (rows, _args, context) => {
      const insuredId = rows[0]?.insuredId
      if (insuredId === undefined) return ZERO
      context.noteRead(insuredId, 'account')
      return context.read((tx) => findOwed(tx, insuredId))
    },
  }),
)

const connection = connectionOf('AccountMovement', movement, mayReadHistory)

builder.objectField(account, 'movements', (t) =>
  t.field({
    ...mayReadHistory,
    type: connection,
    description:
      '账户变动，实时，最近的在前：划入、消费、共济、代缴、结转与利息。 Every movement as of now, the latest first.',
    errors: { types: [InvalidInput], union: { name: 'PersonalAccountMovementsResult' } },
    args: { first: t.arg.int(), after: t.arg.string() },
    resolve: async (rows, args, context) => {
      const problems: Problem[] = []
      const { size, after } = readPage(args, isUuidKey, problems)
      InvalidInput.throwIf(problems)
      const insuredId = rows[0]?.insuredId
      if (insuredId === undefined) return pageOf([], size, () => '')
      context.noteRead(insuredId, 'account')
      const found = await context.read((tx) => listHistory(tx, insuredId, after, size + 1))
      return pageOf(found, size, (one) => one.id)
    },
  }),
)
