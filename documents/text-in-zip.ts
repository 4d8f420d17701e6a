import { UnreadableFile } from '@yibao/schema/text-lines'
import type { ZipFile } from 'yauzl'
import { reasonOf, openZip, unpack, Unfit, type ReadRange } from './open-zip.ts'
import { REASONS } from './refusal.ts'

/**
 * The bytes of the one file in an archive, as national detail files are sent (3202), in memory that does not grow with it.
 * Whether they are a text is for their reader to say.
 *
 * @throws UnreadableFile whose code is the reason when there is not exactly one file, or the archive is encrypted,
 *   damaged, cut off or unpacks to more than the limits: also in the middle, since only the end proves it whole.
 */
export async function* textInZip(size: number, readRange: ReadRange): AsyncGenerator<Uint8Array> {
  let zip: ZipFile | null = null
  try {
    zip = await openZip(size, readRange)
    if (zip.entryCount !== 1) throw new Unfit('ZIP_NOT_ONE_FILE')
    for await (const entry of zip.eachEntry()) {
      if (entry.fileName.endsWith('/')) throw new Unfit('ZIP_NOT_ONE_FILE')
      yield* unpack(zip, entry)
    }
  } catch (error) {
    const reason = reasonOf(error)
    throw new UnreadableFile(REASONS[reason], reason)
  } finally {
    zip?.close()
  }
}
