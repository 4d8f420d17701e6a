import { findItem, type Catalogue, type ItemPlace } from './catalogue.ts'
import type { PrescribedItem, PrescriptionItem } from './prescription.ts'
import { notPrescribable } from './prescription-refusals.ts'

/** Lists (`list_type`) of drugs: patent drugs, herbs, preparations, ethnic drugs, others, granules. */
const DRUG_LISTS = ['101', '102', '103', '104', '105', '106']

/** The items with their names from the catalogue. Throws NotAllowed that names every code that is unknown or no drug. */
export function namedItems(
  items: readonly PrescribedItem[],
  catalogue: Catalogue,
  place: Omit<ItemPlace, 'personType'>,
): PrescriptionItem[] {
  const found = items.map(({ code }) => findItem(catalogue, code, { ...place, personType: '' }))
  const unknown = found.flatMap((one, i) => (one === null ? [i] : []))
  const others = found.flatMap((one, i) => (one === null || DRUG_LISTS.includes(one.entry.listType) ? [] : [i]))
  if (unknown.length + others.length > 0) throw notPrescribable(unknown, others)
  return items.map((item, i) => ({ ...item, number: i + 1, name: found[i]?.entry.name ?? '' }))
}
