import { uuidFault } from '@yibao/schema/ids'
import { isUuidKey, pageOf, readPage } from '@yibao/schema/page'
import { InvalidInput, type Problem } from '@yibao/schema/rejection'
import { builder, connectionOf } from '../builder.ts'
import { listEntries, type Access } from '../store/access-log.ts'
import { insured } from './references.ts'
import { mayReadLog } from './rights.ts'

const access = builder.objectRef<Access>('SettlementAccess').implement({
  ...mayReadLog,
  description: '一次结算或账户信息查询。 One time somebody read bills or accounts of this person.',
  fields: (t) => ({
    id: t.exposeID('id'),
    at: t.expose('at', { type: 'DateTime' }),
    role: t.exposeString('role', { description: 'institution, staff, person, auditor' }),
    organisation: t.exposeString('organisation', {
      nullable: true,
      description: '查询机构：机构编码或统筹区。 Institution code or pool; null for the person themself and auditors.',
    }),
    operation: t.exposeString('operation', { description: '查询了什么。 What was read.' }),
    purpose: t.exposeString('purpose', { nullable: true, description: '查询目的' }),
  }),
})

const connection = connectionOf('SettlementAccess', access, mayReadLog)

builder.objectField(insured, 'settlementAccessLog', (t) =>
  t.field({
    ...mayReadLog,
    type: connection,
    description:
      '谁在何时查询过此人的结算与账户，最新在前。 Who read bills or accounts of this person and when, latest first.',
    errors: { types: [InvalidInput] },
    args: { first: t.arg.int(), after: t.arg.string() },
    resolve: async ({ id }, args, context) => {
      const problems: Problem[] = []
      const wanted = readPage(args, isUuidKey, problems)
      InvalidInput.throwIf(problems)
      if (uuidFault(id) !== null) return pageOf<Access>([], wanted.size, (one) => one.id)
      const rows = await context.read((tx) => listEntries(tx, id, wanted))
      context.noteRead(id, 'settlementAccessLog')
      return pageOf(rows, wanted.size, (one) => one.id)
    },
  }),
)
