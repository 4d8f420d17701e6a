import { print, PrinterBusy } from '@yibao/paper/print'
import { Busy } from '@yibao/schema/rejection'
import type { Secrets } from '@yibao/schema/secrets'
import { certificatePaper } from '../domain/contribution-certificate-paper.ts'
import type { Certificate } from '../domain/contribution-certificate.ts'
import { certificateCode } from './contribution-certificate.ts'

/** A certificate on paper, as PDF; the same bytes each time. Throws Busy while too many are printed. */
export async function printCertificate(
  secrets: Pick<Secrets, 'lookupKey'>,
  { id, content, contentHash, issuedAt }: Certificate,
  name: string,
): Promise<Uint8Array> {
  const printed = { name, code: certificateCode(secrets, id), contentHash: contentHash.toString('hex') }
  // To the second, as PDF says it.
  const at = Math.floor(issuedAt.epochMilliseconds / 1000) * 1000
  return print({ ...certificatePaper(content, printed), at }).catch((error: unknown) => {
    throw error instanceof PrinterBusy ? Busy.of() : error
  })
}
