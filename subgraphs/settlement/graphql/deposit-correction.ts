import { Busy, InvalidInput, NotAllowed, NotFound, RequestReused } from '@yibao/schema/rejection'
import { builder } from '../builder.ts'
import { correctScore } from '../commands/deposit-correction.ts'
import { findReleases } from '../store/deposit.ts'
import { mayReadClearing } from './clearing-rights.ts'
import { release, shown, type Shown } from './deposit.ts'
import { mayClose } from './rights.ts'

const corrected = builder.objectRef<{ readonly releases: readonly Shown[] }>('CorrectedScore').implement({
  ...mayReadClearing,
  description: '评分更正结果。 What takes the place of each release by the wrong score.',
  fields: (t) => ({ releases: t.field({ type: [release], resolve: (one) => [...one.releases] }) }),
})

const input = builder.inputType('CorrectScoreInput', {
  description: '年度考核分更正。 The correction of a yearly score that was entered wrongly.',
  fields: (t) => ({
    institution: t.string({ required: true, description: '定点医药机构编号 `fixmedins_code`' }),
    year: t.string({ required: true, description: '年度 yyyy，须已结束' }),
    was: t.string({ required: true, description: '现有（有误的）评分。 The score that is wrong, as it stands.' }),
    score: t.string({
      required: true,
      description: '正确评分，0 至 100，最多两位小数。 Points, at most two decimals.',
    }),
    reason: t.string({ required: true, description: '更正理由。 Why it was wrong.' }),
    document: t.id({ description: '依据文件 ID，用途 CLEARING_PAPER。 A paper, uploaded for the pool.' }),
  }),
})

builder.mutationField('correctScore', (t) =>
  t.field({
    ...mayClose,
    type: corrected,
    description:
      '更正录入有误的年度考核分：原返还及处理以关联分录冲回，按正确评分重新返还，已拨付的多退少补。 Corrects a score; what was done by the wrong one is taken back.',
    errors: { types: [NotFound, InvalidInput, NotAllowed, RequestReused, Busy] },
    args: { requestId: t.arg.id({ required: true }), input: t.arg({ type: input, required: true }) },
    resolve: async (_root, { requestId, input: correction }, context) => {
      const ids = await correctScore(context, requestId, correction)
      const found = await context.read((tx) => findReleases(tx, ids))
      return { releases: await shown(context, found) }
    },
  }),
)
