import { isTextKey, isUuidKey, pageOf, readPage } from '@yibao/schema/page'
import { InvalidInput, type Problem } from '@yibao/schema/rejection'
import { z } from 'zod'
import { builder, connectionOf } from '../builder.ts'
import { listVouchers, type Voucher } from '../store/declarations.ts'
import { receipt } from './contribution.ts'
import { declaration } from './declaration.ts'
import { mayReadEvents, mayReadEmployer } from './rights.ts'

const voucher = builder.objectRef<Voucher>('AccountingVoucher').implement({
  ...mayReadEvents,
  description:
    '会计凭证，不可更改，保管期内不得销毁。 What was entered, as it was entered; nobody changes or removes it.',
  fields: (t) => ({
    id: t.exposeID('voucherId'),
    number: t.exposeString('number', { description: '凭证号' }),
    kind: t.exposeString('kind', {
      description:
        '凭证种类，DECLARATION 申报，CORRECTION 更正，PAYMENT 缴费，SET_OFF 抵缴，CREDIT_RETURNED 结余退还，REFUND 退费',
    }),
    pool: t.exposeString('pool', { description: '统筹区' }),
    employerCode: t.exposeString('employer', { nullable: true, description: '统一社会信用代码' }),
    month: t.exposeString('month', { nullable: true, description: '费款所属月，yyyy-MM' }),
    entryKind: t.exposeString('entryKind', { description: '所证明的记录的种类。 What kind of entry it proves.' }),
    entryId: t.exposeID('entryId', { description: '所证明的记录。 The entry it proves.' }),
    content: t.string({
      description: '内容，规范 JSON；其中的每个人记入访问日志。 Canonical JSON; whoever it names is read by it.',
      resolve: ({ content, insuredId }, _args, { noteRead }) => {
        if (insuredId !== null) noteRead(insuredId, 'accountingVoucher')
        for (const id of personsIn(content)) noteRead(id, 'accountingVoucher')
        return content
      },
    }),
    sha256: t.string({
      description: '内容的 SHA-256，十六进制。 Of the content, hexadecimal.',
      resolve: (one) => one.sha256.toString('hex'),
    }),
    retainUntil: t.expose('retainUntil', {
      type: 'Date',
      description:
        '最低保管至，会计年度终了后三十年。 Kept until then at least: thirty years from the end of its year.',
    }),
    createdAt: t.expose('createdAt', { type: 'DateTime' }),
  }),
})

const lines = z.object({ lines: z.array(z.object({ insuredId: z.string() })).optional() })

/** Of whom a voucher says something: those of each line of a declaration. */
const personsIn = (content: string): string[] =>
  (lines.parse(JSON.parse(content)).lines ?? []).map(({ insuredId }) => insuredId)

/** Each may name everybody an employer declares, and all of them are written down in the access log. */
const VOUCHERS_MAX = 20

const connection = connectionOf('AccountingVoucher', voucher, mayReadEvents)

builder.queryField('accountingVouchers', (t) =>
  t.field({
    ...mayReadEvents,
    type: connection,
    description:
      '会计凭证，最近的在前；由记录（申报、缴费）查其凭证。 The latest first; by the entry they prove, by number, month or employer.',
    errors: { types: [InvalidInput] },
    args: {
      entry: t.arg.id({ description: '记录标识：申报、缴费。 Id of a declaration or contribution.' }),
      number: t.arg.string({ description: '凭证号' }),
      month: t.arg.string({ description: 'yyyy-MM' }),
      employer: t.arg.string({ description: '统一社会信用代码' }),
      first: t.arg.int(),
      after: t.arg.string(),
    },
    resolve: async (_root, { entry = null, number = null, month = null, employer = null, ...args }, { read }) => {
      const problems: Problem[] = []
      const { size, after } = readPage(args, isUuidKey, problems)
      if (size > VOUCHERS_MAX) {
        const message = { zh: `应在 1 与 ${VOUCHERS_MAX} 之间`, en: `must be between 1 and ${VOUCHERS_MAX}` }
        problems.push({ path: 'first', code: 'RANGE', message })
      }
      for (const [path, value] of Object.entries({ entry, number, month, employer })) {
        if (isTextKey(value ?? '')) continue
        problems.push({ path, code: 'CHARACTERS', message: { zh: '含有控制字符', en: 'has control characters' } })
      }
      InvalidInput.throwIf(problems)
      const wanted = { entryId: entry, number, month, employer, before: after }
      return pageOf(await read((tx) => listVouchers(tx, wanted, size + 1)), size, (one) => one.voucherId)
    },
  }),
)

builder.objectField(receipt, 'vouchers', (t) =>
  t.field({
    ...mayReadEvents,
    type: [voucher],
    description:
      '缴费记录的会计凭证：缴费、抵缴、退费各一张，限调用者可见。 What proves that it came in, and that it went back.',
    resolve: ({ id }, _args, { read }) => read((tx) => listVouchers(tx, { entryId: id, before: null }, 10)),
  }),
)

builder.objectField(declaration, 'vouchers', (t) =>
  t.field({
    ...mayReadEmployer,
    type: [voucher],
    description: '申报的会计凭证。 What proves it.',
    resolve: ({ id }, _args, { read }) => read((tx) => listVouchers(tx, { entryId: id, before: null }, 10)),
  }),
)
