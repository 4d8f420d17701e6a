import { builder } from '../builder.ts'
import type { ClaimFinding, Prechecked } from '../domain/claim-precheck.ts'
import { NOT_PLAIN } from '../domain/claim-precheck.ts'
import { claim } from './claim.ts'
import { action } from './findings.ts'
import { mayReadClaims } from './rights.ts'
import { text } from './words.ts'

const notPlain = builder.enumType('ClaimNotPlain', {
  description: '须人工受理的原因。 Why somebody has to look at a claim before it is accepted.',
  values: {
    ABOVE_LIMIT: { description: '超过自动受理金额' },
    UNCODED_LINES: { description: '有明细未对码。 Lines without a national code.' },
    PLACE_UNCONFIRMED: { description: '就医机构不在目录中，尚未核实。 Nobody has found out about the institution.' },
    FINDINGS: { description: '审核规则有提示。 A rule of audit found something.' },
    NOT_SETTLEABLE: { description: '按现状不能结算。 It could not be settled as it is.' },
    PROMISE: { description: '以承诺书代替材料。 A promise stands in place of a paper.' },
    TRAUMA: { description: '外伤' },
    EXCLUSION: { description: '申请人申报有不予支付情形。 The person says somebody else is to pay.' },
    RETURNED_BEFORE: { description: '曾由人工办理。 Somebody has dealt with it before.' },
  } as const,
})

const finding = builder.objectRef<ClaimFinding>('ClaimFinding').implement({
  ...mayReadClaims,
  description: '审核规则的提示。 What a rule of audit found.',
  fields: (t) => ({
    rule: t.exposeString('rule', { description: '规则 ID `rule_id`' }),
    name: t.expose('name', { type: text, description: '规则名称 `rule_name`' }),
    action: t.expose('action', { type: action }),
    lines: t.stringList({ description: '涉及明细，空为整单。 Empty for the whole.', resolve: (one) => [...one.lines] }),
    text: t.expose('text', { type: text, description: '内容 `vola_cont`' }),
  }),
})

const precheck = builder.objectRef<Prechecked>('ClaimPrecheck').implement({
  ...mayReadClaims,
  description: '规则预审，供经办人参考。 What the rules found before anybody looked.',
  fields: (t) => ({
    at: t.field({ type: 'DateTime', resolve: (one) => Temporal.Instant.from(one.at) }),
    findings: t.field({ type: [finding], resolve: (one) => [...one.findings] }),
    refusal: t.string({
      nullable: true,
      description: '按现状不能结算的原因代码。 Code of why it could not be settled as it is.',
      resolve: ({ refusal }) => refusal?.code ?? null,
    }),
    refusalText: t.field({ type: text, nullable: true, resolve: ({ refusal }) => refusal?.text ?? null }),
    notPlain: t.field({
      type: [notPlain],
      description: '须人工受理的原因；空为自动受理。 Empty where it was accepted by rule.',
      resolve: ({ because }) => NOT_PLAIN.filter((one) => because.includes(one)),
    }),
  }),
})

builder.objectField(claim, 'precheck', (t) =>
  t.field({
    type: precheck,
    nullable: true,
    description: '规则预审，仅经办与审计可见。 For the agency and auditors.',
    resolve: async ({ id }, _args, { load, identity }) => {
      if (identity?.kind !== 'staff' && identity?.kind !== 'auditor') return null
      return (await load.claimPrechecks.load(id))[0] ?? null
    },
  }),
)
