import { before, dayOf } from '@yibao/schema/dates'
import { significantDivision } from '@yibao/schema/ids'
import { NotAllowed, type Text } from '@yibao/schema/rejection'
import type { Coverage } from './coverage.ts'
import { shareADay, type Filing, type FilingTerms } from './filing.ts'
import { touches, type FilingRules } from './rules.ts'

interface Situation {
  readonly id: string
  readonly insuredId: string
  readonly coverage: Coverage
  readonly rules: FilingRules
  /** All filings of the person that were not over before today. */
  readonly existing: readonly Filing[]
  readonly now: Temporal.Instant
}

/** A new filing and those it puts an end to. */
export interface Filed {
  readonly filing: Filing
  readonly replaced: readonly Filing[]
}

const refuse = (code: string, path: string, message: Text, details: Record<string, unknown> = {}): never => {
  throw NotAllowed.at(path, code, message, details)
}

/**
 * Decides a filing. It takes effect at once, or on its first day when that lies ahead. A filing for the same place is
 * replaced by the new one from the new one's first day; so is the long-term filing when the person moves on.
 */
export function file(terms: FilingTerms, situation: Situation): Filed {
  const { coverage, rules, now, id, insuredId } = situation
  checkGround(terms, coverage, rules)
  if (touches(terms.destination, significantDivision(coverage.pool))) {
    refuse('DESTINATION_IS_HOME', 'destination', {
      zh: '就医地为参保地，无需备案',
      en: 'is the home pool; no filing is needed there',
    })
  }
  const replaced = situation.existing.filter((old) => shareADay(old, terms) && isReplaced(old, terms, rules))
  for (const old of replaced) checkChange(old, dayOf(now), rules)
  checkPlaces(terms, situation, replaced)

  const filing: Filing = {
    ...terms,
    id,
    insuredId,
    pool: coverage.pool,
    insuranceType: coverage.insuranceType,
    homeUse: terms.type === 'LONG_TERM' ? rules.homeUse.longTerm : rules.homeUse.temporary,
    rules: rules.version,
    filedAt: now,
    effectiveFrom: before(dayOf(now), terms.beginOn) ? startOf(terms.beginOn) : now,
    cancelledFrom: null,
    cancelledAt: null,
    replacedBy: null,
  }
  return {
    filing,
    replaced: replaced.map((old) => ({ ...old, cancelledFrom: terms.beginOn, cancelledAt: now, replacedBy: id })),
  }
}

const startOf = (day: Temporal.PlainDate): Temporal.Instant => day.toZonedDateTime('Asia/Shanghai').toInstant()

function checkGround({ ground }: FilingTerms, { personType }: Coverage, rules: FilingRules): void {
  if (ground === null || rules.personClasses[ground].includes(personType.slice(0, 2))) return
  refuse('GROUND_NOT_OPEN', 'ground', {
    zh: '该备案事由不适用于您的人员类别',
    en: 'is not open to persons of your type',
  })
}

/** Same place: the new one replaces the old. A second residence replaces the first where only one is allowed. */
function isReplaced(old: Filing, terms: FilingTerms, rules: FilingRules): boolean {
  const samePlace = touches(old.destination, terms.destination)
  if (samePlace && old.type === 'LONG_TERM' && terms.type !== 'LONG_TERM') {
    return refuse('COVERED_BY_LONG_TERM', 'destination', {
      zh: '该地已有长期备案，待遇不低于临时备案，无需另行备案',
      en: 'is covered by your long-term filing, which is never worse than a temporary one',
    })
  }
  return samePlace || (old.type === 'LONG_TERM' && terms.type === 'LONG_TERM' && rules.longTermPlacesMax === 1)
}

/** Refuses to change a long-term filing before the rules allow it. One that has not begun may always be changed. */
export function checkChange(filing: Filing, today: Temporal.PlainDate, rules: FilingRules): void {
  if (filing.type !== 'LONG_TERM' || before(today, filing.beginOn)) return
  const changeFrom = filing.beginOn.add(rules.changeAfter)
  if (!before(today, changeFrom)) return
  refuse(
    'CHANGE_TOO_EARLY',
    'beginOn',
    {
      zh: `${rules.name.zh}规定长期备案在 ${changeFrom.toString()} 之前不得变更或取消`,
      en: `by the rules of ${rules.name.en} a long-term filing cannot be changed or cancelled before ${changeFrom.toString()}`,
    },
    { changeFrom: changeFrom.toString() },
  )
}

function checkPlaces(terms: FilingTerms, { existing, rules }: Situation, replaced: readonly Filing[]): void {
  const isLong = terms.type === 'LONG_TERM'
  const placesMax = isLong ? rules.longTermPlacesMax : rules.temporaryPlacesMax
  const held = existing.filter(
    (one) => (one.type === 'LONG_TERM') === isLong && shareADay(one, terms) && !replaced.includes(one),
  )
  if (held.length < placesMax) return
  refuse('TOO_MANY_PLACES', 'destination', {
    zh: `同时有效的备案地最多 ${placesMax} 个，请先取消其他备案`,
    en: `at most ${placesMax} place(s) may be filed at the same time; cancel another first`,
  })
}
