import { randomUUIDv7 } from 'node:crypto'
import { expect, test } from 'vitest'
import { checkFresh, contentAt, contentFolder, contentPath } from './paths.ts'

/** The name of a content that was begun so many hours ago. */
function begunBefore(hours: number): string {
  const at = Temporal.Now.instant().subtract({ hours })
  const time = at.epochMilliseconds.toString(16).padStart(12, '0')
  return contentAt(contentFolder(at), `${time.slice(0, 8)}-${time.slice(8)}${randomUUIDv7().slice(13)}`)
}

test('each attempt to keep a content has a place of its own, in the folder of its time', () => {
  const [one, other] = [contentPath(), contentPath()]
  expect(one).not.toBe(other)
  expect(one.split('/')[1]).toBe(contentFolder(Temporal.Now.instant()))
  expect(contentFolder(Temporal.Instant.from('2026-01-01T00:00:00Z')) < contentFolder(Temporal.Now.instant())).toBe(
    true,
  )
})

test('a content that was begun half a day ago is named by no row any more', () => {
  expect(() => checkFresh(contentPath())).not.toThrow()
  expect(() => checkFresh(begunBefore(11))).not.toThrow()
  expect(() => checkFresh(begunBefore(13))).toThrow('too long ago')
})
