import { once } from '@yibao/drizzle/once'
import { parseDay } from '@yibao/schema/dates'
import { isTextKey } from '@yibao/schema/page'
import { InvalidInput, type Problem } from '@yibao/schema/rejection'
import type { Context } from '../context.ts'
import {
  MAPPINGS_MAX,
  noMapping,
  readMapping,
  type Mapping,
  type MappingInput,
  type MappingOutcome,
} from '../domain/mapping.ts'
import { findMappings, putMappings, withdrawMappings, type StoredMapping } from '../store/mappings.ts'

/** What became of one row of an upload, in the order they came. */
export interface MappingResult {
  readonly ownCode: string
  readonly outcome: MappingOutcome
  readonly problems: readonly Problem[]
}

const REPEATED = {
  path: 'ownCode',
  code: 'REPEATED_KEY',
  message: { zh: '与前面某行的机构编码和开始日期相同', en: 'has the own code and begin date of an earlier row' },
}

const keyOf = ({ ownCode, beginOn }: { ownCode: string; beginOn: { toString(): string } }): string =>
  `${beginOn.toString()} ${ownCode}`

/**
 * Takes what an institution says of its own codes: good rows are taken, bad ones answered. The same key with other content
 * corrects it: the former stays in the history.
 */
export async function uploadMappings(
  context: Context,
  { requestId, mappings }: { readonly requestId: string; readonly mappings: readonly MappingInput[] },
): Promise<MappingResult[]> {
  const identity = context.own()
  const now = context.now()
  const asked = { identity, requestId, operation: 'uploadMappings', input: mappings, now }
  const read = mappings.length > MAPPINGS_MAX ? [] : readAll(mappings)
  const outcomes = await once(context.db, asked, async (tx) => {
    if (mappings.length === 0 || mappings.length > MAPPINGS_MAX) throw wrongCount()
    const good = read.flatMap(({ mapping }) => (mapping === null ? [] : [mapping]))
    const put = await putMappings(tx, identity.institution, good, now)
    const changed = new Map<string, MappingOutcome>()
    // A corrected key is answered twice, once as withdrawn and once as added.
    for (const one of put) if (changed.get(keyOf(one)) !== 'CHANGED') changed.set(keyOf(one), one.outcome)
    return read.map(({ mapping }): MappingOutcome =>
      mapping === null ? 'REFUSED' : (changed.get(keyOf(mapping)) ?? 'UNCHANGED'),
    )
  })
  return outcomes.map((outcome, i) => ({
    ownCode: mappings[i]?.ownCode ?? '',
    outcome,
    problems: read[i]?.problems ?? [],
  }))
}

const wrongCount = (): InvalidInput =>
  InvalidInput.of([
    {
      path: 'mappings',
      code: 'COUNT',
      message: { zh: `每次 1–${MAPPINGS_MAX} 行`, en: `must have 1 to ${MAPPINGS_MAX} rows` },
    },
  ])

function readAll(mappings: readonly MappingInput[]): { problems: readonly Problem[]; mapping: Mapping | null }[] {
  const seen = new Set<string>()
  return mappings.map((input) => {
    const { problems, mapping } = readMapping(input)
    if (mapping === null) return { problems, mapping }
    const key = keyOf(mapping)
    if (seen.has(key)) return { problems: [REPEATED], mapping: null }
    seen.add(key)
    return { problems, mapping }
  })
}

interface Withdrawal {
  readonly requestId: string
  readonly ownCode: string
  readonly beginOn?: string | null | undefined
}

/** Withdraws the mapping of an own code (3302): that of one day, or all that count. Answers what is left of it. */
export async function withdrawMapping(context: Context, { requestId, ...input }: Withdrawal): Promise<StoredMapping[]> {
  const identity = context.own()
  const { institution } = identity
  const now = context.now()
  await once(context.db, { identity, requestId, operation: 'withdrawMapping', input, now }, async (tx) => {
    const beginOn = input.beginOn == null ? null : parseDay(input.beginOn)
    if (input.beginOn != null && beginOn === null) {
      const message = { zh: '应为 yyyy-MM-dd 的日期', en: 'must be a day, yyyy-MM-dd' }
      throw InvalidInput.of([{ path: 'beginOn', code: 'DATE', message }])
    }
    const { ownCode } = input
    const count = isTextKey(ownCode) ? await withdrawMappings(tx, { institution, ownCode, beginOn }, now) : 0
    if (count === 0) throw noMapping()
    return null
  })
  return context.read((tx) => findMappings(tx, institution, input.ownCode))
}
