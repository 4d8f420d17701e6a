import type { StoredFinding } from '@yibao/drizzle/settlement'
import { fenOf } from '@yibao/schema/money'
import type { Finding } from '../domain/check-finding.ts'
import type { Column } from './settlement-columns.ts'
import type { SettlementPart, SettlementWrite } from './write-settlement.ts'

const encode = (one: Finding): StoredFinding => [
  one.rule,
  one.version,
  [one.name.zh, one.name.en],
  one.action,
  one.lines,
  [one.text.zh, one.text.en],
  one.evidence.map(({ name, value }) => [name.zh, name.en, value]),
  String(one.amount),
  one.settlements,
]

/** Reads a finding as it was written. */
export const decodeFinding = ([
  rule,
  version,
  name,
  action,
  lines,
  text,
  evidence,
  amount,
  settlements,
]: StoredFinding): Finding => ({
  rule,
  version,
  name: { zh: name[0], en: name[1] },
  action,
  lines,
  text: { zh: text[0], en: text[1] },
  evidence: evidence.map(([zh, en, value]) => ({ name: { zh, en }, value })),
  amount: fenOf(BigInt(amount)),
  settlements,
})

const COLUMN: Column<SettlementWrite['settlement']> = {
  name: 'findings',
  type: 'jsonb',
  value: ({ findings }) => JSON.stringify(findings.map(encode)),
}

/** What the checks found, for a bill in which they found something. */
export const FINDINGS: SettlementPart = {
  when: ({ settlement }) => settlement.findings.length > 0,
  columns: [COLUMN],
}
