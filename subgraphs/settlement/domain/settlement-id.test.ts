import { randomUUIDv7 } from 'node:crypto'
import { expect, test } from 'vitest'
import { idFloor, nextTime, parseSettlementNumber, settlementNumber, stampId, timeOfId } from './settlement-id.ts'

const at = Temporal.Instant.from('2024-02-29T23:59:59.999+08:00')

test('an id carries the time it is given, and lies above the floor of that time and below that of the next', () => {
  const id = stampId(randomUUIDv7(), at)
  expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/)
  expect(id > idFloor(at)).toBe(true)
  expect(id < idFloor(at.add({ milliseconds: 1 }))).toBe(true)
  expect(timeOfId(id)).toEqual(at)
})

test('a settlement number has 26 characters, and leads back to the id', () => {
  for (const id of [randomUUIDv7(), 'ffffffff-ffff-7fff-bfff-ffffffffffff', idFloor(at)]) {
    const number = settlementNumber(id)
    expect(number).toMatch(/^[0-7][0-9A-HJKMNP-TV-Z]{25}$/)
    expect(parseSettlementNumber(number)).toBe(id)
  }
})

test('what is no settlement number leads nowhere', () => {
  for (const text of ['', '8ZZZZZZZZZZZZZZZZZZZZZZZZZ', '0IL0O000000000000000000000', '01ARZ3NDEKTSV4RRFFQ69G5FA'])
    expect(parseSettlementNumber(text)).toBeNull()
})

test('the next change of a person is later than the last one, whatever the clocks say', () => {
  expect(nextTime(at, null)).toBe(at)
  expect(nextTime(at, at.subtract({ hours: 1 }))).toBe(at)
  expect(nextTime(at, at)).toEqual(at.add({ milliseconds: 1 }))
  expect(nextTime(at, at.add({ hours: 1 }))).toEqual(at.add({ hours: 1, milliseconds: 1 }))
})
