import type { ReadRange } from '@yibao/documents/open-zip'
import { textInZip } from '@yibao/documents/text-in-zip'
import { UnreadableFile } from '@yibao/schema/text-lines'
import { describe, expect, test } from 'vitest'
import { csv, zipOf } from './document-content.ts'

const TEXT = csv(100_000)
const ZIP = zipOf([{ name: '对账明细.txt', content: TEXT }])

const rangesOf = (bytes: Buffer): ReadRange =>
  async function* range(begin, end) {
    for (let at = begin; at < end; at += 1000) yield bytes.subarray(at, Math.min(end, at + 1000))
  }

async function textOf(bytes: Buffer): Promise<Buffer> {
  return Buffer.concat(await Array.fromAsync(textInZip(bytes.length, rangesOf(bytes))))
}

/** The archive with one byte of its end changed, counted from where the line of its one entry in the directory begins. */
function changed(zip: Buffer, at: number, byte: number): Buffer {
  const copy = Buffer.from(zip)
  copy[copy.lastIndexOf(Buffer.from('PK\u0001\u0002', 'latin1')) + at] = byte
  return copy
}

test('the one text in an archive comes out as it went in', async () => {
  expect((await textOf(ZIP)).equals(TEXT)).toBe(true)
})

describe('an archive that', () => {
  test.each([
    [
      'holds two files',
      zipOf([
        { name: 'a.txt', content: TEXT },
        { name: 'b.txt', content: TEXT },
      ]),
      'ZIP_NOT_ONE_FILE',
    ],
    ['holds none', zipOf([]), 'ZIP_NOT_ONE_FILE'],
    ['holds a folder', zipOf([{ name: 'a/', content: Buffer.alloc(0) }]), 'ZIP_NOT_ONE_FILE'],
    ['is encrypted', zipOf([{ name: 'a.txt', content: TEXT, isEncrypted: true }]), 'ZIP_ENCRYPTED'],
    ['is cut off', ZIP.subarray(0, -30), 'ZIP_DAMAGED'],
    ['has lost its beginning', ZIP.subarray(1000), 'ZIP_DAMAGED'],
    ['is packed in another way', changed(ZIP, 10, 12), 'ZIP_DAMAGED'],
    ['has another checksum than its text', changed(ZIP, 16, (ZIP.at(-1) ?? 0) ^ 0x5a), 'ZIP_DAMAGED'],
    ['is a bomb', zipOf([{ name: 'a.txt', content: Buffer.alloc(30_000_000) }]), 'ZIP_TOO_LARGE'],
    ['is a bomb that lies', zipOf([{ name: 'a.txt', content: Buffer.alloc(30_000_000), claimed: 9 }]), 'ZIP_DAMAGED'],
    ['climbs out', zipOf([{ name: '../a.txt', content: TEXT }]), 'ZIP_DAMAGED'],
  ])('%s is refused with its reason in both languages', async (_what, zip, code) => {
    const error: unknown = await textOf(zip).catch((thrown: unknown) => thrown)
    expect(error).toBeInstanceOf(UnreadableFile)
    expect(error).toMatchObject({ code, text: { zh: expect.stringMatching(/压缩包/), en: expect.any(String) } })
  })

  test('cannot be read is an outage of the storage, and no fault of the archive', async () => {
    for (const good of [0, 1, 2, 3, 4]) {
      let ranges = 0
      async function* failing(begin: number, end: number) {
        ranges += 1
        if (ranges > good) throw new Error('the disk is gone')
        yield* rangesOf(ZIP)(begin, end)
      }
      await expect(Array.fromAsync(textInZip(ZIP.length, failing))).rejects.toThrow('the disk is gone')
    }
  })
})
