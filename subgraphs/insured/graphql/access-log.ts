import { addAccessLog } from '@yibao/schema/access-page'
import { builder, connectionOf } from '../builder.ts'
import { listEntries } from '../store/access-log.ts'
import { insured } from './insured.ts'
import { mayReadLog } from './rights.ts'

addAccessLog(builder, connectionOf, {
  of: insured,
  field: 'accessLog',
  entry: 'AccessLogEntry',
  connection: 'AccessLog',
  rights: mayReadLog,
  descriptions: {
    entry: '一次个人信息查询。 One time somebody read data of this person.',
    field: '谁在何时查询过此人的信息，最新在前。 Who read data of this person and when, latest first.',
  },
  list: ({ read }, subject, wanted) => read((tx) => listEntries(tx, subject, wanted)),
})
