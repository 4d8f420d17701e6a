import type { Facts } from '../domain/facts.ts'
import type { FactsPart } from './read-facts.ts'

/** What is read besides where the person's pool asks for it. */
export interface HeldKey {
  /** Where the person chose to be treated. */
  readonly chosen?: boolean
  /** Registrations for maternity care. */
  readonly maternity?: boolean
}

const CHOSEN: FactsPart = {
  when: (key) => key.chosen === true,
  column: () => `(select json_agg(json_build_array(h.pool, h.institution, h.begin_on, h.end_on))
    from insured.chosen_institution_v1 h where h.insured_id = any(mine.ids)) as chosen`,
}

const MATERNITY: FactsPart = {
  when: (key) => key.maternity === true,
  column: () => `(select json_agg(json_build_array(y.pool, y.hospital, y.begin_on, y.end_on))
    from insured.maternity_registration_v1 y where y.insured_id = any(mine.ids)) as maternity`,
}

export const HELD: readonly FactsPart[] = [CHOSEN, MATERNITY]

/** The columns the parts add; one that is off is not there. */
export interface HeldColumns {
  readonly chosen?: readonly (readonly [pool: string, institution: string, from: string, to: string | null])[] | null
  readonly maternity?: readonly (readonly [pool: string, hospital: string | null, from: string, to: string])[] | null
}

/** What the columns of the parts say. */
export const heldFacts = (row: HeldColumns): Pick<Facts, 'chosen' | 'maternity'> => ({
  chosen: (row.chosen ?? []).map(([pool, institution, beginOn, endOn]) => ({ pool, institution, beginOn, endOn })),
  maternity: (row.maternity ?? []).map(([pool, hospital, beginOn, endOn]) => ({ pool, hospital, beginOn, endOn })),
})
