import { before, parseDay } from '@yibao/schema/dates'
import { problemAt } from '@yibao/schema/ids'
import { InvalidInput, NotAllowed, type Problem } from '@yibao/schema/rejection'
import { textFault } from '@yibao/schema/text'
import type { Kind, Level } from './institution.ts'

/** What an agreement may cover beyond ordinary care at home. */
export const CAPABILITIES = ['CROSS_PROVINCE', 'CHRONIC', 'MOBILE_PAYMENT', 'E_PRESCRIPTION'] as const
export type Capability = (typeof CAPABILITIES)[number]

/** A capability with its first and last day, as it stands in the agreement's row. */
export type Granted = readonly [name: Capability, from: string, to: string | null]

interface DatedInput {
  readonly from?: string | null | undefined
  readonly reason: string
}

/** Reads from when something holds, today or later, and why. @throws InvalidInput */
export function readDated({ from, reason: text }: DatedInput, today: Temporal.PlainDate) {
  const problems: Problem[] = []
  const reason = text.trim()
  const wrong = textFault(reason, { min: 2, max: 500 })
  if (wrong !== null) problems.push(problemAt('input.reason', wrong))
  const day = from == null ? today : parseDay(from)
  if (day === null || before(day, today)) {
    const message = { zh: '应为今天或以后的日期', en: 'must be today or a later day' }
    problems.push({ path: 'input.from', code: 'NOT_AHEAD', message })
  }
  if (problems.length > 0 || day === null) throw InvalidInput.of(problems)
  return { from: day, reason }
}

/** The capabilities once one is granted from a day. @throws NotAllowed when it holds on or after that day already */
export function grant(list: readonly Granted[], name: Capability, from: Temporal.PlainDate): Granted[] {
  const day = from.toString()
  if (list.some(([one, , to]) => one === name && (to === null || to >= day))) {
    throw NotAllowed.at('input.from', 'ALREADY_GRANTED', {
      zh: '该服务在此日或之后已开通',
      en: 'it is covered on that day or later already',
    })
  }
  return [...list, [name, day, null]]
}

/** The capabilities once one is withdrawn from a day. @throws NotAllowed when it is not covered then */
export function withdraw(list: readonly Granted[], name: Capability, from: Temporal.PlainDate): Granted[] {
  const open = list.find(([one, , to]) => one === name && to === null)
  if (open === undefined) {
    throw NotAllowed.at('input.capability', 'NOT_GRANTED', { zh: '该服务未开通', en: 'it is not covered' })
  }
  const others = list.filter((one) => one !== open)
  const [, begin] = open
  if (from.toString() <= begin) return others
  return [...others, [name, begin, from.subtract({ days: 1 }).toString()]]
}

/** A level and its first day, as it stands in the institution's row. */
export type LevelFrom = readonly [from: string, level: Level]

export interface LevelChange {
  readonly level: Level
  readonly from: Temporal.PlainDate
}

/** The levels once one holds from a day. @throws NotAllowed when it does not fit, or a later change is decided already */
export function changeLevels(
  { kind, levels }: { readonly kind: Kind; readonly levels: readonly LevelFrom[] | null },
  { level, from }: LevelChange,
): LevelFrom[] {
  if ((kind === 'PHARMACY') !== (level === 'PHARMACY')) {
    throw NotAllowed.at('input.level', 'KIND_MISMATCH', {
      zh: '与机构类型不符',
      en: 'does not fit the kind of institution',
    })
  }
  const day = from.toString()
  if ((levels ?? []).some(([known]) => known >= day)) {
    throw NotAllowed.at('input.from', 'LEVEL_ALREADY_DECIDED', {
      zh: '此日或之后的等级已有变更',
      en: 'the level from that day or later is decided already',
    })
  }
  return [...(levels ?? []), [day, level]]
}

/** The level on a day. */
export function levelOn(
  { level, levels }: { readonly level: Level; readonly levels: readonly LevelFrom[] | null },
  on: Temporal.PlainDate,
): Level {
  const day = on.toString()
  return (levels ?? []).findLast(([from]) => from <= day)?.[1] ?? level
}
