import { fenOf } from '@yibao/schema/money'
import { isUuidKey, pageOf, readPage } from '@yibao/schema/page'
import { Busy, InvalidInput, NotAllowed, NotFound, RequestReused, type Problem } from '@yibao/schema/rejection'
import { builder, connectionOf } from '../builder.ts'
import { scoreInstitution } from '../commands/deposit.ts'
import type { Context } from '../context.ts'
import { readClearingFilter } from '../domain/clearing-filter.ts'
import { pointsOf } from '../domain/deposit-correction.ts'
import { findDecisions, type DepositDecision } from '../store/deposit-decision.ts'
import { findRelease, listReleases, type DepositRelease } from '../store/deposit.ts'
import { mayReadClearing } from './clearing-rights.ts'
import { decision } from './deposit-decision.ts'
import { ownRows } from './own-rows.ts'
import { institution } from './references.ts'
import { mayClose } from './rights.ts'

const state = builder.enumType('ReleaseState', {
  description: '返还状态。 Whether a deposit that goes back was paid.',
  values: {
    OPEN: { description: '待拨付。 Goes into the next batch.' },
    PAYING: { description: '拨付中' },
    PAID: { description: '已拨付' },
    CORRECTED: { description: '评分已更正，见 `correctedBy`。 The score was wrong; `correctedBy` took its place.' },
  },
})

/** A release with what was decided about its rest. */
export interface Shown extends DepositRelease {
  readonly decision: DepositDecision | null
}

export const release = builder.objectRef<Shown>('DepositRelease').implement({
  ...mayReadClearing,
  description: '按年度考核返还的质量保证金。 What of the deposits of a year goes back by the score.',
  fields: (t) => ({
    id: t.exposeID('id'),
    institution: t.field({ type: institution, resolve: (one) => ({ code: one.institution }) }),
    pool: t.exposeString('pool', { description: '统筹区' }),
    year: t.exposeString('year', { description: '年度' }),
    score: t.string({
      nullable: true,
      description:
        '考核分，两位小数；未考核而处理的为空。 Points, two decimals; null when the year was decided without.',
      resolve: ({ score }) => (score === null ? null : pointsOf(score)),
    }),
    share: t.expose('share', { type: 'Rate', description: '返还比例' }),
    kept: t.expose('kept', { type: 'Money', description: '当年留存。 Kept back of the year.' }),
    amount: t.expose('amount', { type: 'Money', description: '返还金额。 What goes back.' }),
    settled: t.expose('settled', {
      type: 'Money',
      description:
        '更正前已拨付、计入本次返还的金额。 What was paid by the score it corrects, and counts against `amount`.',
    }),
    owed: t.field({
      type: 'Money',
      description:
        '应补（负数为应退，从后续拨付中冲抵）。 What is left to pay; less than nothing is set off against what follows.',
      resolve: ({ amount, settled }) => fenOf(amount - settled),
    }),
    rest: t.field({
      type: 'Money',
      description: '考核未返还的部分。 What the score does not give back.',
      resolve: ({ kept, amount }) => fenOf(kept - amount),
    }),
    decision: t.expose('decision', {
      type: decision,
      nullable: true,
      description: '对该部分的处理；空为待处理。 What was decided about that; null when nothing yet.',
    }),
    state: t.expose('state', { type: state }),
    reason: t.exposeString('reason', { nullable: true, description: '更正理由。 Why it corrects an earlier score.' }),
    correctedBy: t.exposeID('correctedBy', {
      nullable: true,
      description: '更正后的返还，见 `DepositRelease.id`。 The release that took its place.',
    }),
    document: t.exposeString('document', { nullable: true, description: '考核文件 ID' }),
  }),
})

const connection = connectionOf('DepositRelease', release, mayReadClearing)

export async function shown(context: Context, rows: readonly DepositRelease[]): Promise<Shown[]> {
  const ids = rows.map((one) => one.id)
  const decisions = await context.read((tx) => findDecisions(tx, ids))
  return rows.map((one) => ({ ...one, decision: decisions.get(one.id) ?? null }))
}

const input = builder.inputType('ScoreInstitutionInput', {
  description: '年度考核。 The yearly score of an institution.',
  fields: (t) => ({
    institution: t.string({ required: true, description: '定点医药机构编号 `fixmedins_code`' }),
    year: t.string({ required: true, description: '年度 yyyy，须已结束' }),
    score: t.string({ required: true, description: '0 至 100，最多两位小数。 Points, at most two decimals.' }),
    document: t.id({ description: '考核文件 ID，用途 CLEARING_PAPER。 A paper, uploaded for the pool.' }),
  }),
})

builder.queryField('depositReleases', (t) =>
  t.field({
    ...mayReadClearing,
    type: connection,
    description: '保证金返还，最近的在前，限调用者可见。 Releases the caller may see, the latest first.',
    errors: { types: [InvalidInput] },
    args: {
      institution: t.arg.string({ description: '定点医药机构编号' }),
      year: t.arg.string({ description: '年度 yyyy' }),
      first: t.arg.int(),
      after: t.arg.string(),
    },
    resolve: async (_root, { institution: of, year, ...args }, context) => {
      const problems: Problem[] = []
      const { size, after } = readPage(args, isUuidKey, problems)
      const asked = readClearingFilter({ institution: of, year }, problems)
      InvalidInput.throwIf(problems)
      const { insuredId: _nobody, ...own } = ownRows(context)
      const filter = { ...asked, ...own, ...(after !== null && { before: after }) }
      const rows = await context.read((tx) => listReleases(tx, filter, size + 1))
      return pageOf(await shown(context, rows), size, (one) => one.id)
    },
  }),
)

builder.mutationField('scoreInstitution', (t) =>
  t.field({
    ...mayClose,
    type: release,
    description: '录入年度考核分，按比例返还保证金，入下一拨付批次。 Releases the deposits of a year by the score.',
    errors: { types: [NotFound, InvalidInput, NotAllowed, RequestReused, Busy] },
    args: { requestId: t.arg.id({ required: true }), input: t.arg({ type: input, required: true }) },
    resolve: async (_root, { requestId, input: score }, context) => {
      const id = await scoreInstitution(context, requestId, score)
      const found = await context.read((tx) => findRelease(tx, id))
      const [one] = found === null ? [] : await shown(context, [found])
      if (one === undefined) throw new Error('who scored an institution may see it')
      return one
    },
  }),
)
