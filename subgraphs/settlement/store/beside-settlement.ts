import type { ReadTx } from '@yibao/drizzle/connect'
import { confirmation, conversion } from '@yibao/drizzle/settlement-confirmation'
import { institutionElsewhere } from '@yibao/drizzle/settlement-institution-elsewhere'
import { mutualAid } from '@yibao/drizzle/settlement-mutual-aid'
import { and, asc, desc, inArray, lt } from 'drizzle-orm'
import type { PageWanted } from '@yibao/schema/page'
import { ofPerson } from './merge-person.ts'

export type ConversionRow = typeof conversion.$inferSelect
export type ConfirmationRow = typeof confirmation.$inferSelect
export type MutualAidRow = typeof mutualAid.$inferSelect
export type InstitutionElsewhereRow = typeof institutionElsewhere.$inferSelect

/** The conversions of settlements, as far as the reader may see them. */
export const listConversions = async (tx: ReadTx, ids: readonly string[]): Promise<ConversionRow[]> =>
  tx
    .select()
    .from(conversion)
    .where(inArray(conversion.settlementId, [...ids]))

/** The confirmations of settlements, as far as the reader may see them. */
export const listConfirmations = async (tx: ReadTx, ids: readonly string[]): Promise<ConfirmationRow[]> =>
  tx
    .select()
    .from(confirmation)
    .where(inArray(confirmation.settlementId, [...ids]))

/** What was told of institutions in other provinces with bills, as far as the reader may see these. */
export const listInstitutionsElsewhere = async (
  tx: ReadTx,
  ids: readonly string[],
): Promise<InstitutionElsewhereRow[]> =>
  tx
    .select()
    .from(institutionElsewhere)
    .where(inArray(institutionElsewhere.settlementId, [...ids]))

/** What relatives paid of settlements, in their order, as far as the reader may see it. */
export const listMutualAid = async (tx: ReadTx, ids: readonly string[]): Promise<MutualAidRow[]> =>
  tx
    .select()
    .from(mutualAid)
    .where(inArray(mutualAid.settlementId, [...ids]))
    .orderBy(asc(mutualAid.settlementId), asc(mutualAid.place))

/** What a person's account has paid for relatives, the latest first, one more than the page holds. */
export const listGiven = async (tx: ReadTx, sponsorId: string, { size, after }: PageWanted): Promise<MutualAidRow[]> =>
  tx
    .select()
    .from(mutualAid)
    .where(
      and(ofPerson(mutualAid.sponsorId, sponsorId), after === null ? undefined : lt(mutualAid.settlementId, after)),
    )
    .orderBy(desc(mutualAid.settlementId))
    .limit(size + 1)
