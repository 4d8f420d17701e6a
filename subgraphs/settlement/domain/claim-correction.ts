import { isDeepStrictEqual } from 'node:util'
import { InvalidInput } from '@yibao/schema/rejection'
import {
  CLAIM_CORRECTIONS,
  type Claim,
  type ClaimContent,
  type ClaimCorrection,
  type ClaimEvent,
  type ClaimLine,
} from './claim.ts'
import { readDraft, type ClaimInput } from './claim-input.ts'
import { writtenOver } from './claim-prefill.ts'

/** What of a claim may be written anew while it is returned: everything but its papers, which are only added to. */
const PARTS = [
  'place',
  'careType',
  'emergency',
  'trauma',
  'birthType',
  'disease',
  'begin',
  'end',
  'visit',
  'chargeBatch',
  'diagnoses',
  'filing',
  'total',
  'invoices',
  'lines',
  'exclusions',
  'note',
] as const satisfies readonly (keyof ClaimContent)[]

/** A claim as it is written anew; papers and account stay. @throws InvalidInput */
export function rewritten(claim: Claim, input: ClaimInput): Pick<Claim, 'content' | 'cause'> {
  const { content, cause, insuranceType } = readDraft(input)
  const isOther = insuranceType !== null && insuranceType !== claim.insuranceType
  const faults = [...(isOther ? ['insuranceType'] : []), ...((content.papers ?? []).length > 0 ? ['papers'] : [])]
  InvalidInput.throwIf(faults.map((path) => ({ path: `input.${path}`, code: 'NOT_APPLICABLE', message: STAYS })))
  const { papers = [], account = null, note = null } = claim.content
  const written = { ...writtenOver(content, claim.content), papers, account, note: content.note ?? note }
  return { content: written, cause: cause ?? claim.cause }
}

const STAYS = { zh: '补正时不能更改；材料在 papers 中补交', en: 'stays as it is; papers are brought in `papers`' }

/** Names of what was written anew, with what stood there before. */
export function correctionOf(before: Partial<ClaimContent>, after: Partial<ClaimContent>) {
  const changed = PARTS.filter((part) => !isDeepStrictEqual(before[part] ?? null, after[part] ?? null))
  return { changed, before: Object.fromEntries(changed.map((part) => [part, before[part] ?? null])) }
}

/** Lines of which what a reviewer said no longer holds: they are gone, or read otherwise. */
export function staleSerials(before: readonly ClaimLine[], after: readonly ClaimLine[]): string[] {
  const now = new Map(after.map((line) => [line.serial, line]))
  return before.filter((line) => !isDeepStrictEqual(line, now.get(line.serial))).map(({ serial }) => serial)
}

/** What was asked to be put right the last time. */
export function askedCorrections(history: readonly ClaimEvent[]): ClaimCorrection[] {
  const asked = history.findLast(({ kind }) => kind === 'RETURNED')?.data['corrections']
  const kinds: readonly unknown[] = Array.isArray(asked) ? asked : []
  return CLAIM_CORRECTIONS.filter((one) => kinds.includes(one))
}
