import { crc32, deflateRawSync } from 'node:zlib'

interface Entry {
  readonly name: string
  readonly content: Buffer
  /** What the archive says the entry unpacks to, when that is not so. */
  readonly claimed?: number
  /** Whether it says that it is encrypted. */
  readonly isEncrypted?: boolean
}

/** An archive with these entries; one can lie about what it unpacks to. */
export function zipOf(entries: readonly Entry[]): Buffer<ArrayBuffer> {
  const files: Buffer[] = []
  const directory: Buffer[] = []
  let at = 0
  for (const { name, content, claimed = content.length, isEncrypted = false } of entries) {
    const packed = deflateRawSync(content, { level: 9 })
    const said = { name, content, packed: packed.length, claimed, isEncrypted }
    const local = header({ signature: 0x04034b50, ...said })
    directory.push(header({ signature: 0x02014b50, ...said, at }))
    files.push(local, packed)
    at += local.length + packed.length
  }
  const index = Buffer.concat(directory)
  const end = Buffer.alloc(22)
  end.writeUInt32LE(0x06054b50)
  end.writeUInt16LE(entries.length, 8)
  end.writeUInt16LE(entries.length, 10)
  end.writeUInt32LE(index.length, 12)
  end.writeUInt32LE(at, 16)
  return Buffer.concat([...files, index, end])
}

interface Header {
  readonly signature: number
  readonly name: string
  readonly content: Buffer
  readonly packed: number
  readonly claimed: number
  readonly isEncrypted: boolean
  /** Where the entry begins, for its line in the directory. */
  readonly at?: number
}

function header({ signature, name, content, packed, claimed, isEncrypted, at }: Header): Buffer {
  const [bytes, shift] = at === undefined ? [Buffer.alloc(30), 0] : [Buffer.alloc(46), 2]
  bytes.writeUInt32LE(signature)
  bytes.writeUInt16LE(20, 4)
  bytes.writeUInt16LE(20, 4 + shift)
  bytes.writeUInt16LE(isEncrypted ? 1 : 0, 6 + shift)
  bytes.writeUInt16LE(8, 8 + shift)
  bytes.writeUInt32LE(crc32(content), 14 + shift)
  bytes.writeUInt32LE(packed, 18 + shift)
  bytes.writeUInt32LE(claimed, 22 + shift)
  bytes.writeUInt16LE(Buffer.byteLength(name), 26 + shift)
  if (at !== undefined) bytes.writeUInt32LE(at, 42)
  return Buffer.concat([bytes, Buffer.from(name)])
}

/** A program for Windows, as far as its first bytes say. */
export function exe(): Buffer<ArrayBuffer> {
  const bytes = Buffer.alloc(4096)
  bytes.write('MZ')
  bytes.writeUInt32LE(0x80, 0x3c)
  bytes.write('PE\0\0', 0x80)
  return bytes
}

function chunk(type: string, data: Buffer): Buffer {
  const bytes = Buffer.alloc(12 + data.length)
  bytes.writeUInt32BE(data.length)
  bytes.write(type, 4, 'latin1')
  data.copy(bytes, 8)
  bytes.writeUInt32BE(crc32(bytes.subarray(4, 8 + data.length)), 8 + data.length)
  return bytes
}

/** The head of a PNG of that size; nothing is drawn. */
export function png(width: number, height: number): Buffer<ArrayBuffer> {
  const head = Buffer.alloc(13)
  head.writeUInt32BE(width)
  head.writeUInt32BE(height, 4)
  head.set([8, 6, 0, 0, 0], 8)
  const begin = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a])
  return Buffer.concat([begin, chunk('IHDR', head), chunk('IDAT', Buffer.alloc(10)), chunk('IEND', Buffer.alloc(0))])
}

/** A table of about so many bytes. */
export function csv(bytes: number): Buffer<ArrayBuffer> {
  const rows = ['number,姓名,amount']
  for (let size = 0, row = 0; size < bytes; row += 1) {
    const line = `${row},样本,${row % 1000}.00`
    size += line.length + 1
    rows.push(line)
  }
  return Buffer.from(`${rows.join('\n')}\n`)
}

/** The text every scanner finds, and nothing is harmed by; written apart, so that scanners leave this file alone. */
export const EICAR = ['X5O!P%@AP[4\\PZX54(P^)7CC)7}$EICAR', '-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*'].join('')
