import { before } from '@yibao/schema/dates'
import { problemAt } from '@yibao/schema/ids'
import type { Problem } from '@yibao/schema/rejection'
import { textFault } from '@yibao/schema/text'

/** Why in somebody’s own words, and the notice or article it rests on. */
export interface Words {
  readonly note?: string | null | undefined
  readonly source?: string | null | undefined
}

/** A change is entered at most this far ahead. */
const AHEAD_MONTHS_MAX = 14

/** Reads what is said of a change and reports every fault at its field. */
export function readWords(
  { note, source }: Words,
  today: Temporal.PlainDate,
  from: Temporal.PlainDate,
  problems: Problem[],
): { readonly note: string | null; readonly source: string | null } {
  if (before(today.add({ months: AHEAD_MONTHS_MAX }), from)) {
    problems.push({ path: 'from', code: 'DATE_IN_FUTURE', message: { zh: '日期过远', en: 'is too far in the future' } })
  }
  for (const [path, text] of [
    ['note', note],
    ['source', source],
  ] as const) {
    const fault = text == null ? null : textFault(text, { min: 1, max: 200 })
    if (fault !== null) problems.push(problemAt(path, fault))
  }
  return { note: note ?? null, source: source ?? null }
}
