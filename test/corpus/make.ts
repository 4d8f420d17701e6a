// Writes a corpus of bills with what they are split into, one a line, to the standard output: see README.md here.
import type { Policy } from '@yibao/settlement/domain/policy'
import { split } from '@yibao/settlement/domain/split'
import type { SplitInput } from '@yibao/settlement/domain/split-input'
import { encodeSplitInput } from '@yibao/settlement/store/split-input'
import { aimedInput } from '../cases-aim.ts'
import { inputOf, type CaseBill } from '../cases-input.ts'
import { allPolicies } from '../cases-policies.ts'
import { randomOf } from '../cases-random.ts'
import { situationsOf } from '../cases-situations.ts'
import table from '../cases.json' with { type: 'json' }

/** Bills drawn for each policy, beside those of the published cases. */
const BILLS = 5
/** Another seed gives other bills; kept with the file's name, so that a corpus can be told from the next. */
const SEED = Number(process.argv[2] ?? 1)

interface Case {
  readonly runs?: readonly { readonly shipped?: string; readonly bill: CaseBill }[]
}

const published = (table as unknown as readonly Case[]).flatMap(({ runs = [] }) =>
  runs.flatMap(({ shipped, bill }) => {
    const policy = allPolicies.find((one) => one.id === shipped)
    return policy === undefined ? [] : [inputOf(policy, bill)]
  }),
)
const drawn = allPolicies.flatMap((policy, i) => billsOf(policy, i))

function billsOf(policy: Policy, index: number): SplitInput[] {
  const random = randomOf(SEED * 10_000 + index)
  const situations = situationsOf(policy)
  return Array.from({ length: BILLS }, () => aimedInput(policy, random.pick(situations), random))
}

for (const input of [...published, ...drawn]) {
  const line = { input: encodeSplitInput(input), result: split(input, allPolicies) }
  process.stdout.write(
    `${JSON.stringify(line, (_key, value: unknown) => (typeof value === 'bigint' ? String(value) : value))}\n`,
  )
}
