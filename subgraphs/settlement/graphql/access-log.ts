import { addAccessLog } from '@yibao/schema/access-page'
import { builder, connectionOf } from '../builder.ts'
import { listEntries } from '../store/access-log.ts'
import { insured } from './references.ts'
import { mayReadLog } from './rights.ts'

addAccessLog(builder, connectionOf, {
  of: insured,
  field: 'settlementAccessLog',
  entry: 'SettlementAccess',
  connection: 'SettlementAccess',
  rights: mayReadLog,
  descriptions: {
    entry: '一次结算或账户信息查询。 One time somebody read bills or accounts of this person.',
    field:
      '谁在何时查询过此人的结算与账户，最新在前。 Who read bills or accounts of this person and when, latest first.',
  },
  list: (context, subject, wanted) => context.read((tx) => listEntries(tx, subject, wanted)),
})
