import { builder } from '../builder.ts'
import type { Explanation } from '../domain/explain.ts'
import { ABSENCES, type Absence } from '../domain/explanation-absence.ts'
import type { Step } from '../domain/explain-step.ts'
import type { Source } from '../domain/policy.ts'
import { mayRead } from './rights.ts'
import { text } from './words.ts'

/** The document a rule or a number was taken from. */
export const source = builder.objectRef<Source>('PolicySource').implement({
  ...mayRead,
  description: '政策依据。 The document a number was taken from.',
  fields: (t) => ({
    document: t.field({ type: text, resolve: (one) => one.document }),
    number: t.exposeString('number', { nullable: true, description: '文号。 Document number.' }),
    article: t.exposeString('article', { nullable: true, description: '条款。 Article.' }),
    issued: t.exposeString('issued'),
    reliability: t.exposeString('reliability', {
      description: 'A 官方原文，B 经办网站，C 二手资料，ASSUMED 平台假设。 How reliable the source is.',
    }),
  }),
})

/** One step of a reckoning, with its numbers. */
export const step = builder.objectRef<Step>('ExplanationStep').implement({
  ...mayRead,
  description: '计算步骤。 Which rule with which numbers gave which amount.',
  fields: (t) => ({
    rule: t.exposeString('rule'),
    text: t.field({ type: text, resolve: (one) => one.text }),
    formula: t.exposeString('formula', {
      description:
        '算式：等号前按精确值计算并四舍五入到分即为结果；round 中途四舍五入到分，ceil 向上取到分。 What stands before `=`, reckoned exactly and rounded half up to the fen, is the result.',
    }),
    result: t.expose('result', { type: 'Money' }),
    source: t.expose('source', { type: source, nullable: true }),
  }),
})

const explainedLine = builder.objectRef<Explanation['lines'][number]>('ExplainedLine').implement({
  ...mayRead,
  fields: (t) => ({
    serial: t.exposeString('serial'),
    step: t.expose('step', {
      type: step,
      description: '符合政策范围金额（inscp_scp_amt）及其规则。 What came into scope, and by which rule.',
    }),
    parts: t.field({
      type: [step],
      description:
        '全自费、超限价自费、先行自付（fulamt_ownpay_amt, overlmt_amt, preselfpay_amt），仅列非零项。 What was kept out of scope, part by part.',
      resolve: (one) => [...one.parts],
    }),
  }),
})

const explainedPayer = builder.objectRef<Explanation['payers'][number]>('ExplainedPayer').implement({
  ...mayRead,
  fields: (t) => ({
    payer: t.exposeString('payer'),
    name: t.field({ type: text, resolve: (one) => one.name }),
    paid: t.expose('paid', { type: 'Money' }),
    steps: t.field({ type: [step], resolve: (one) => [...one.steps] }),
  }),
})

const skippedPayer = builder.objectRef<Explanation['skipped'][number]>('SkippedPayer').implement({
  ...mayRead,
  description: '未参与支付的支付方及原因。 A payer of the policy that took no part, and why.',
  fields: (t) => ({
    payer: t.exposeString('payer'),
    name: t.field({ type: text, resolve: (one) => one.name }),
    step: t.expose('step', { type: step }),
  }),
})

/** Why a bill came out as it did. */
export const explanation = builder.objectRef<Explanation>('Explanation').implement({
  ...mayRead,
  description: '结算说明：逐条明细、逐个支付方。 The reckoning, line by line and payer by payer.',
  fields: (t) => ({
    engine: t.exposeInt('engine', { description: '计算引擎版本。 Version of the engine.' }),
    policy: t.string({ description: '待遇政策标识。 Id of the policy.', resolve: (one) => one.policy.id }),
    policyVersion: t.string({
      description: '政策起效日，修订版另带修订号。 The day it came into force; of a revision with its number.',
      resolve: (one) => one.policy.version,
    }),
    policyName: t.field({ type: text, resolve: (one) => one.policy.name }),
    lines: t.field({
      type: [explainedLine],
      resolve: ({ lines }, _args, { load }) => {
        load.lines.spend(lines.length)
        return [...lines]
      },
    }),
    crossArea: t.expose('crossArea', { type: step, nullable: true }),
    payers: t.field({ type: [explainedPayer], resolve: (one) => [...one.payers] }),
    skipped: t.field({ type: [skippedPayer], resolve: (one) => [...one.skipped] }),
    person: t.expose('person', { type: step }),
    proof: t.field({
      type: [step],
      description:
        '勾稽：明细之和、四部分之和、各支付方之和均等于总额。 That lines, the four parts and the payers add up to the total.',
      // Its sums name every line.
      resolve: ({ lines, proof }, _args, { load }) => {
        load.lines.spend(lines.length)
        return [...proof]
      },
    }),
  }),
})

export const explanationAbsence = builder.enumType('ExplanationAbsence', {
  description: '没有结算说明的原因。 Why a settlement has no explanation.',
  values: Object.fromEntries(Object.entries(ABSENCES).map(([name, description]) => [name, { description }])) as Record<
    Absence,
    { description: string }
  >,
})
