import { dayOf } from '@yibao/schema/dates'
import { significantDivision } from '@yibao/schema/ids'
import { NotAllowed, type Text } from '@yibao/schema/rejection'
import type { Coverage } from './coverage.ts'
import { shareADay, type Filing, type FilingTerms } from './filing.ts'
import { begun } from './review.ts'
import { isLongTerm, kindOf, touches, type FilingRules } from './rules.ts'

interface Situation {
  readonly id: string
  readonly insuredId: string
  readonly coverage: Coverage
  readonly rules: FilingRules
  /** All other filings of the person. */
  readonly existing: readonly Filing[]
  readonly now: Temporal.Instant
  /** The filing this one changes or goes on from, and how often that one was extended, this time counted. */
  readonly replaces?: { readonly id: string; readonly extensions: number }
}

const refuse = (code: string, path: string, message: Text, details: Record<string, unknown> = {}): never => {
  throw NotAllowed.at(path, code, message, details)
}

/**
 * Decides a filing: by rule at once where the home pool lets it, otherwise it waits for the agency of the other place or
 * for the staff of the home pool. Filing twice is refused: what is filed already is changed or extended.
 */
export function file(terms: FilingTerms, situation: Situation): Filing {
  const { coverage, rules, now, id, insuredId, replaces } = situation
  checkTerms(terms, situation)

  const kind = kindOf(terms)
  return {
    ...terms,
    id,
    insuredId,
    pool: coverage.pool,
    insuranceType: coverage.insuranceType,
    homeUse: rules.homeUse[isLongTerm(kind) ? 'longTerm' : 'temporary'],
    rules: rules.version,
    filedAt: now,
    certifiedAt: null,
    escalatedAt: null,
    cancelledFrom: null,
    cancelledAt: null,
    replaces: replaces?.id ?? null,
    extensions: replaces?.extensions ?? 0,
    replacedBy: null,
    cardRequestedAt: null,
    ...begun(terms, rules, now),
  }
}

/** Refuses what the person may not have filed, or has filed already. Asked again when a filing is confirmed. */
export function checkTerms(
  terms: FilingTerms,
  situation: Pick<Situation, 'coverage' | 'rules' | 'existing' | 'now'>,
): void {
  const { coverage, rules, existing } = situation
  checkGround(terms, coverage, rules)
  if (touches(terms.destination, significantDivision(coverage.pool))) {
    refuse('DESTINATION_IS_HOME', 'destination', {
      zh: '就医地为参保地，无需备案',
      en: 'is the home pool; no filing is needed there',
    })
  }
  const sharing = existing.filter((one) => shareADay(one, terms))
  for (const one of sharing) checkOverlap(one, terms, dayOf(situation.now))
  checkPlaces(terms, sharing, rules)
}

function checkGround({ ground }: FilingTerms, { personType }: Coverage, rules: FilingRules): void {
  if (ground === null || rules.personClasses[ground].includes(personType.slice(0, 2))) return
  refuse('GROUND_NOT_OPEN', 'ground', {
    zh: '该备案事由不适用于您的人员类别',
    en: 'is not open to persons of your type',
  })
}

/** On no day are there two filings for one place. */
function checkOverlap(old: Filing, terms: FilingTerms, today: Temporal.PlainDate): void {
  if (!touches(old.destination, terms.destination)) return
  if (old.type === 'LONG_TERM' && terms.type !== 'LONG_TERM') {
    refuse('COVERED_BY_LONG_TERM', 'destination', {
      zh: '该地已有长期备案，待遇不低于临时备案，无需另行备案',
      en: 'is covered by your long-term filing, which is never worse than a temporary one',
    })
  }
  // A residence is more than a temporary stay there, and takes its place.
  if (terms.type === 'LONG_TERM' && old.type !== 'LONG_TERM') return
  const until = old.endOn === null ? null : old.endOn.toString()
  refuse(
    'FILING_OVERLAPS',
    'destination',
    {
      zh: `该地在 ${today.toString()} 起的同一期间已有备案${until === null ? '' : `（至 ${until}）`}，请变更或延期，不要重复备案`,
      en: `is filed already for some of these days${until === null ? '' : ` (until ${until})`}; change or extend that filing`,
    },
    { filing: old.id },
  )
}

function checkPlaces(terms: FilingTerms, sharing: readonly Filing[], rules: FilingRules): void {
  const long = terms.type === 'LONG_TERM'
  const placesMax = long ? rules.longTermPlacesMax : rules.temporaryPlacesMax
  const held = sharing.filter((one) => (one.type === 'LONG_TERM') === long)
  if (held.length < placesMax) return
  refuse('TOO_MANY_PLACES', 'destination', {
    zh: `同时有效的备案地最多 ${placesMax} 个，请先变更或取消其他备案`,
    en: `at most ${placesMax} place(s) may be filed at the same time; change or cancel another first`,
  })
}
