import { openCompact } from '@yibao/schema/compact-jws'
import { receiptKeyOf } from '@yibao/schema/receipt-key'
import { Busy } from '@yibao/schema/rejection'
import { print, PrinterBusy, type Paper } from '@yibao/paper/print'
import type { InsuredSecrets } from '../context.ts'
import { rightsPaper } from '../domain/rights-record-paper.ts'
import { RIGHTS_RECORD_TYPE, type RightsContent, type RightsRecord } from '../domain/rights-record.ts'

/** What a record of ours says. */
export function contentOf({ receipt }: Pick<InsuredSecrets, 'receipt'>, { signed }: RightsRecord): string {
  const keys = new Map([[receiptKeyOf(receipt.publicKey).kid, receipt.publicKey]])
  const opened = openCompact(signed, RIGHTS_RECORD_TYPE, keys)
  if (opened.kind !== 'VALID') throw new Error(`a record of rights in the database is ${opened.kind}`)
  return opened.text
}

/** The record on paper, as PDF; the same bytes each time. Throws Busy while too many are printed. */
export async function printRecord(secrets: Pick<InsuredSecrets, 'receipt'>, record: RightsRecord): Promise<Uint8Array> {
  const content = JSON.parse(contentOf(secrets, record)) as RightsContent
  const paper: Paper = {
    ...rightsPaper(content, record.sha256.toString('hex')),
    // To the second, as it is printed, so that the paper can be drawn again from what it says.
    at: Math.floor(record.issuedAt.epochMilliseconds / 1000) * 1000,
  }
  return print(paper).catch((error: unknown) => {
    throw error instanceof PrinterBusy ? Busy.of() : error
  })
}
