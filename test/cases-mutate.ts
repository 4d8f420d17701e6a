import type { Policy } from '@yibao/settlement/domain/policy'
import { loadPolicies } from '@yibao/settlement/domain/policy-load'
import { shippedFiles, testFiles } from './cases-policies.ts'
import type { Random } from './cases-random.ts'

/** The files of pools; the national frame has no policies of its own. */
export const poolFiles = [...shippedFiles.filter((file) => !file.name.startsWith('100000')), ...testFiles]
const national = shippedFiles.filter((file) => file.name.startsWith('100000'))

/** How one variant bends the parameters of a file. */
interface Bend {
  readonly money: Readonly<Record<string, number>>
  readonly ratio: (value: string) => string
  readonly position: 'GROSS' | 'NET' | null
  readonly rounding: 'PER_BAND' | 'CUMULATIVE'
}

/**
 * Policies of the pool with its parameters mutated: deductibles, bands and caps scaled, ratios moved, position and
 * rounding exchanged, the account switch thrown. They pass the same validation as shipped ones.
 */
export function mutate(file: { name: string; text: string }, random: Random): Policy[] {
  const scale = () => 0.2 + random.below(200) / 100
  const band = scale()
  const bend: Bend = {
    money: { standard: scale(), deductible: scale(), amount: scale(), to: band, from: band },
    ratio: (value) =>
      String(Math.min(10_000, Math.max(100, Math.round(Number(value) * 10_000) + random.below(2001) - 1000)) / 10_000),
    position: [null, 'GROSS', 'NET'][random.below(3)] as Bend['position'],
    rounding: random.below(2) === 0 ? 'PER_BAND' : 'CUMULATIVE',
  }
  const raw = walk(JSON.parse(file.text), '', bend) as { rules?: Record<string, unknown> }
  if (random.below(4) === 0) {
    const pays = ['inScope', 'deductible', 'firstSelfPayment', 'overCeiling', 'selfPaid'].slice(0, 1 + random.below(5))
    raw.rules = { ...raw.rules, account: { countedInFund: random.below(2) === 0, pays, source: 'account-2021' } }
  }
  return loadPolicies([...national, { name: file.name, text: JSON.stringify(raw) }])
}

const RATIOS = ['ratio', 'drop', 'share', 'factor']

/** Rewrites the values below a parameter's name; conditions stay as they are. */
function walk(value: unknown, parameter: string, bend: Bend): unknown {
  if (typeof value === 'string') return bent(value, parameter, bend)
  if (Array.isArray(value)) return value.map((one) => walk(one, parameter, bend))
  if (typeof value !== 'object' || value === null) return value
  const entries = Object.entries(value).map(([name, inner]) => {
    if (name === 'when' || name === 'source' || name === 'sources') return [name, inner]
    return [name, walk(inner, name === 'value' ? parameter : name, bend)]
  })
  const result = Object.fromEntries(entries)
  return 'table' in result && 'position' in result ? { ...result, rounding: bend.rounding } : result
}

function bent(value: string, parameter: string, bend: Bend): string {
  if (parameter === 'position') return bend.position ?? value
  if (RATIOS.includes(parameter)) return bend.ratio(value)
  const factor = bend.money[parameter]
  return factor === undefined || !/^\d/.test(value) || /^\d{4}-/.test(value)
    ? value
    : (Number(value) * factor).toFixed(2)
}
