import { formatQuantity, quantityOf } from '@yibao/schema/money'
import { isTextKey, pageOf, readPage } from '@yibao/schema/page'
import { InvalidInput, type Problem } from '@yibao/schema/rejection'
import { builder, connectionOf } from '../builder.ts'
import type { Evidence, Finding } from '../domain/check-finding.ts'
import type { CheckRule } from '../domain/check-rule.ts'
import type { SettledBill } from '../domain/settlement.ts'
import { source } from './explanation.ts'
import { mayRead } from './rights.ts'
import { settlement } from './settlement.ts'
import { trialResult } from './trial.ts'
import { text } from './words.ts'

export const action = builder.enumType('CheckAction', {
  description: '审核规则的处理方式。 What a rule does with a bill it finds something in.',
  values: {
    WARN: { description: '仅提示。 Only noted.' },
    DEGRADE_LINE: { description: '明细基金不予支付，个人账户可支付。 No fund pays the lines; the account may.' },
    DEGRADE_BILL: { description: '整单基金不予支付，个人账户可支付。 No fund pays the bill; the account may.' },
    REFUSE: { description: '不予结算。 The bill is not settled.' },
  },
})

const evidence = builder.objectRef<Evidence>('CheckEvidence').implement({
  ...mayRead,
  description:
    '违规依据 `vola_evid`，不含其他机构的名称。 A number or day a finding rests on; names no other institution.',
  fields: (t) => ({
    name: t.expose('name', { type: text }),
    value: t.exposeString('value'),
  }),
})

/** A finding with the bill it was found in. */
interface Found {
  readonly finding: Finding
  readonly bill: SettledBill
}

const finding = builder.objectRef<Found>('Finding').implement({
  ...mayRead,
  description: '审核结果 (3101/3102)，随结算保存。 What a rule found in a bill; it stands with the settlement.',
  fields: (t) => ({
    rule: t.string({ description: '规则 ID `rule_id`', resolve: ({ finding: one }) => one.rule }),
    version: t.string({
      description: '规则版本，内容摘要。 Digest of the rule as it was then.',
      resolve: ({ finding: one }) => one.version,
    }),
    name: t.field({ type: text, description: '规则名称 `rule_name`', resolve: ({ finding: one }) => one.name }),
    action: t.field({ type: action, resolve: ({ finding: one }) => one.action }),
    lines: t.stringList({
      description: '涉及明细 `feedetl_sn`，空为整单。 Serials of the lines concerned; empty for the bill.',
      resolve: ({ finding: one }) => [...one.lines],
    }),
    text: t.field({ type: text, description: '违规内容 `vola_cont`', resolve: ({ finding: one }) => one.text }),
    evidence: t.field({ type: [evidence], resolve: ({ finding: one }) => [...one.evidence] }),
    amount: t.field({
      type: 'Money',
      description:
        '涉及金额 `vola_amt`：符合政策范围部分，超量按比例。 In scope; of a limit that was passed the part beyond it.',
      resolve: ({ finding: one }) => one.amount,
    }),
    settlements: t.field({
      type: [settlement],
      description: '比对的其他结算，限调用者可见。 The settlements it was compared with that the caller may see.',
      resolve: async ({ finding: { settlements }, bill: { insuredId } }, _args, { load }) => {
        const found = await Promise.all(settlements.map((id) => load.settlement.load({ id, insuredId })))
        return found.filter((one) => one !== null)
      },
    }),
  }),
})

const foundIn = (bill: SettledBill): Found[] => bill.findings.map((one) => ({ finding: one, bill }))
const FINDINGS = '审核结果；冲正没有。 What the rules of audit found; nothing on a reversal.'

builder.objectField(settlement, 'findings', (t) =>
  t.field({ type: [finding], description: FINDINGS, resolve: foundIn }),
)
builder.objectField(trialResult, 'findings', (t) =>
  t.field({ type: [finding], description: FINDINGS, resolve: foundIn }),
)

const checkRule = builder.objectRef<CheckRule>('CheckRule').implement({
  ...mayRead,
  description: '审核规则。 A rule bills are looked at with before they are paid.',
  fields: (t) => ({
    id: t.exposeID('id', { description: '规则 ID `rule_id`' }),
    version: t.exposeString('version', { description: '内容摘要。 Digest over everything that decides.' }),
    name: t.field({ type: text, description: '规则名称 `rule_name`', resolve: (one) => one.name }),
    note: t.exposeString('note', { nullable: true }),
    action: t.expose('action', { type: action }),
    kind: t.string({ description: '判定方式。 The generic predicate.', resolve: ({ test }) => test.kind }),
    parameters: t.string({
      description: '参数与适用条件（JSON）。 Parameters, and which bills it looks at, as JSON.',
      resolve: ({ test, when }) =>
        JSON.stringify({ when, ...test }, (_key, value: unknown) =>
          typeof value === 'bigint' ? formatQuantity(quantityOf(value)) : value,
        ),
    }),
    pools: t.stringList({
      nullable: true,
      description: '适用统筹区，null 为全部。 Pools whose insured it is about; null for all.',
      resolve: ({ pools }) => (pools === null ? null : [...pools]),
    }),
    from: t.exposeString('from', { description: '起效日。 First day.' }),
    to: t.exposeString('to', { nullable: true, description: '最后一日。 Last day.' }),
    source: t.expose('source', { type: source, description: '依据。 The document it was taken from.' }),
  }),
})

const ruleConnection = connectionOf('CheckRule', checkRule, mayRead)
/** A rule may be in the library more than once, for other days. */
const placeOfRule = ({ id, from, version }: CheckRule): string => `${id} ${from} ${version}`

builder.queryField('checkRules', (t) =>
  t.field({
    ...mayRead,
    type: ruleConnection,
    description:
      '审核规则库，按规则 ID，可按统筹区筛选。 The library of rules by id, or those for the insured of one pool.',
    errors: { types: [InvalidInput] },
    args: {
      pool: t.arg.string({ description: '统筹区。 Pool of the insured.' }),
      action: t.arg({ type: action }),
      first: t.arg.int(),
      after: t.arg.string(),
    },
    resolve: (_root, { pool, action: wanted, ...args }, { checks }) => {
      const problems: Problem[] = []
      const { size, after } = readPage(args, isTextKey, problems)
      InvalidInput.throwIf(problems)
      const rules = checks.rules
        .filter(({ pools }) => pool == null || pools === null || pools.includes(pool))
        .filter((rule) => wanted == null || rule.action === wanted)
        .filter((rule) => after === null || placeOfRule(rule) > after)
        .toSorted((a, b) => (placeOfRule(a) < placeOfRule(b) ? -1 : 1))
      return pageOf(rules.slice(0, size + 1), size, placeOfRule)
    },
  }),
)
