import { addAccessLog } from '@yibao/schema/access-page'
import { builder, connectionOf } from '../builder.ts'
import { listEntries } from '../store/access-log.ts'
import { insured } from './filing.ts'
import { mayReadLog } from './rights.ts'

addAccessLog(builder, connectionOf, {
  of: insured,
  field: 'filingAccessLog',
  entry: 'FilingAccess',
  connection: 'FilingAccess',
  rights: mayReadLog,
  descriptions: {
    entry: '一次备案信息查询。 One time somebody read filings of this person.',
    field: '谁在何时查询过此人的异地备案，最新在前。 Who read filings of this person and when, latest first.',
  },
  list: ({ read }, subject, wanted) => read((tx) => listEntries(tx, subject, wanted)),
})
