import { randomBytes } from 'node:crypto'
import { expect, test } from 'vitest'
import { seal, sealedSize, unseal } from './sealed.ts'

const key = randomBytes(32)
const CHUNK = 64 * 1024 + 16
const HEAD = 33
const sealed = async (content: Uint8Array, context = 'here') =>
  Buffer.concat(await Array.fromAsync(seal([content], { key, context })))
const opened = async (bytes: Uint8Array, context = 'here') =>
  Buffer.concat(await Array.fromAsync(unseal([bytes], { key, context })))

test.each([0, 1, 65_535, 65_536, 65_537, 131_072, 300_000])(
  '%i bytes come back, however they are cut',
  async (size) => {
    const content = randomBytes(size)
    const bytes = await sealed(content)
    expect(bytes.length).toBe(sealedSize(size))
    expect((await opened(bytes)).equals(content)).toBe(true)
    const cut = Array.from({ length: Math.ceil(bytes.length / 7777) }, (_, at) =>
      bytes.subarray(at * 7777, (at + 1) * 7777),
    )
    expect(Buffer.concat(await Array.fromAsync(unseal(cut, { key, context: 'here' }))).equals(content)).toBe(true)
  },
)

test('what was changed, cut, lengthened, moved or put together otherwise does not open', async () => {
  const bytes = await sealed(randomBytes(200_000))
  const [first, second] = [bytes.subarray(HEAD, HEAD + CHUNK), bytes.subarray(HEAD + CHUNK, HEAD + 2 * CHUNK)]
  const rest = bytes.subarray(HEAD + 2 * CHUNK)
  const head = bytes.subarray(0, HEAD)
  const flipped = Buffer.from(bytes)
  flipped[HEAD + 5] = (flipped[HEAD + 5] ?? 0) ^ 1
  const wrong = [
    flipped,
    bytes.subarray(0, HEAD + CHUNK),
    bytes.subarray(0, HEAD + 2 * CHUNK),
    bytes.subarray(0, -1),
    bytes.subarray(0, HEAD),
    bytes.subarray(0, 10),
    Buffer.alloc(0),
    Buffer.concat([bytes, Buffer.from('x')]),
    Buffer.concat([head, second, first, rest]),
    Buffer.concat([head, first, rest]),
    Buffer.concat([await sealed(Buffer.alloc(0)), rest]),
  ]
  for (const one of wrong) await expect(opened(one)).rejects.toThrow()
  await expect(opened(bytes, 'there')).rejects.toThrow()
})

test('the same content never looks the same', async () => {
  const content = randomBytes(100)
  expect((await sealed(content)).equals(await sealed(content))).toBe(false)
})
