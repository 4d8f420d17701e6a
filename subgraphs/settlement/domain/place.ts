import { NotAllowed } from '@yibao/schema/rejection'
import type { CatalogueEntry, FoundItem } from './catalogue.ts'
import { classifyLines } from './classify.ts'
import type { Agreement } from './facts.ts'
import type { SplitLine } from './split-input.ts'
import type { LineSplit } from './split-result.ts'

/** The four parts of a line, by the catalogue of the place of treatment. */
export type LineParts = Pick<LineSplit, 'selfPaid' | 'overCeiling' | 'firstSelfPayment' | 'inScope'>

/**
 * What the platform of another province says of a bill of one of its institutions: scope goes by the catalogue of the
 * place of treatment (就医地目录), and who may treat whom is supervised there.
 */
export interface Place {
  /** First two digits of its divisions, `51`. */
  readonly province: string
  /** The institution there, under the agreement it has with its own pool. */
  readonly agreement: Agreement
  /** What the catalogue there says of each line of the bill. */
  readonly items: readonly FoundItem[]
  /** What each line came to there. */
  readonly parts: readonly LineParts[]
}

/** An institution in another province as the registry there has it. */
export type InstitutionElsewhere = Pick<Agreement, 'name' | 'kind' | 'level' | 'pool'>

/** What an agreement elsewhere is known by here. */
export interface PlaceOfTreatment extends InstitutionElsewhere {
  readonly on: Temporal.PlainDate
}

/** The other platform has looked at the agreement and vouches that it holds on the day. */
export const agreementElsewhere = ({ name, kind, level, pool, on }: PlaceOfTreatment): Agreement => ({
  name,
  kind,
  level,
  pool,
  beginOn: on.toString(),
  endOn: null,
  status: 'ACTIVE',
  reason: null,
  since: null,
  cause: null,
  suspensions: null,
  capabilities: null,
  levels: null,
})

/** An entry of a catalogue elsewhere; its own period was looked at there. */
export const entryElsewhere = (
  entry: Omit<CatalogueEntry, 'beginOn' | 'endOn' | 'pool'> & { readonly pool: string; readonly day: string },
): CatalogueEntry => {
  const { day, ...rest } = entry
  return { ...rest, beginOn: day, endOn: day }
}

/**
 * Holds that both sides split every line alike: the same item and the same arithmetic give the same four parts. A line on
 * whose day nothing covers the person is theirs, whatever the catalogue says. Throws NotAllowed, for then one side errs.
 */
export function checkParts(place: Place, items: readonly FoundItem[], lines: readonly SplitLine[]): void {
  const own = classifyLines(lines)
  const index = own.findIndex((parts, i) => {
    const told = place.parts[i]
    return told !== undefined && items[i] === place.items[i] && !isSame(parts, told)
  })
  if (index === -1) return
  throw NotAllowed.at(`lines[${index}]`, 'LINE_PARTS_DIFFER', {
    zh: '就医地与参保地对该明细的拆分不一致，不能结算；请联系就医地平台核对目录与引擎版本',
    en: 'the two platforms split this line differently, so it is not settled; have the place of treatment compare catalogue and engine',
  })
}

const isSame = (a: LineParts, b: LineParts): boolean =>
  a.selfPaid === b.selfPaid &&
  a.overCeiling === b.overCeiling &&
  a.firstSelfPayment === b.firstSelfPayment &&
  a.inScope === b.inScope
