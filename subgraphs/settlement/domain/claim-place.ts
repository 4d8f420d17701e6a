import { InvalidInput, NotAllowed } from '@yibao/schema/rejection'
import type { ClaimPlace, ConfirmedPlace } from './claim.ts'
import type { Maybe } from './fields.ts'
import type { Level } from './split-input.ts'

/** Levels a place of treatment may have; a pharmacy is one by what is bought there. */
const LEVELS: readonly Level[] = ['LEVEL_1', 'LEVEL_2', 'LEVEL_3', 'COMMUNITY']

/** Whether nobody but the claimant says that an institution the register does not have is designated. */
export const isSaidDesignated = (place: ClaimPlace | undefined): boolean =>
  place !== undefined &&
  place.confirmed === undefined &&
  (place.designated === true || (place.designated === null && place.institution !== null))

type Whole = Pick<ClaimPlace, 'institution' | 'name' | 'division'>

const isSamePlace = (one: Whole, other: Whole): boolean =>
  one.institution === other.institution &&
  (one.institution !== null || (one.name === other.name && one.division === other.division))

/** A place that is written anew: what was found out about it stays as long as it is the same one. */
export const stillConfirmed = (written: ClaimPlace, before: ClaimPlace | undefined): ClaimPlace =>
  before?.confirmed === undefined || !isSamePlace(written, before)
    ? written
    : { ...written, confirmed: before.confirmed }

/** Reads what staff have found out about a place. @throws InvalidInput */
export function readConfirmed({
  designated,
  level,
}: {
  readonly designated: boolean
  readonly level?: Maybe<string>
}): ConfirmedPlace {
  const found = LEVELS.find((one) => one === level) ?? null
  if (level != null && found === null) {
    const message = {
      zh: `应为 ${LEVELS.join('、')} 之一，不明则不填`,
      en: `must be one of ${LEVELS.join(', ')}, or left out`,
    }
    throw InvalidInput.of([{ path: 'level', code: 'UNKNOWN_CODE', message }])
  }
  return { designated, level: found }
}

/** What the register of institutions says nobody else confirms. */
export const placeKnown = (): NotAllowed =>
  NotAllowed.at('claimId', 'PLACE_KNOWN', {
    zh: '该机构的定点情况和等级以定点机构目录为准，无须核实',
    en: 'agreement and level of this institution are those of the register; nobody confirms them',
  })

/** Nothing is approved of care at a place of which nobody has found out that the fund pays there. @throws NotAllowed */
export function requirePayablePlace(isPayable: boolean | null): void {
  if (isPayable === true) return
  if (isPayable === null)
    throw NotAllowed.at('claimId', 'PLACE_UNCONFIRMED', {
      zh: '就医机构是否定点仅为申请人所述，请先核实（confirmClaimPlace）',
      en: 'that the institution is designated is the claimant’s word alone; find out first (confirmClaimPlace)',
    })
  throw NotAllowed.at('claimId', 'NOT_DESIGNATED', {
    zh: '经核实为非定点机构，按规定不予支付；只能拟不予支付的结论',
    en: 'the institution was found not to be designated, and the rules pay nothing there; only a rejection can be proposed',
  })
}
