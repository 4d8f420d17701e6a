import { expect, test } from 'vitest'
import { createRecordReader } from './csv-records.ts'

const read = (...lines: string[]) =>
  createRecordReader(',', 3)(lines, true).map(({ line, cells, fault }) => [line, fault?.code ?? cells.join('|')])

test('records are numbered by the line they begin on, the header being line 1', () => {
  expect(read('1,2,3', '', ' , ,', '4,5,6')).toEqual([
    [2, '1|2|3'],
    [5, '4|5|6'],
  ])
})

test('a quoted field may hold commas, quotes and line breaks', () => {
  expect(read('1,"a,""b""",3', '4,"five', 'six",7', '8,9,10')).toEqual([
    [2, '1|a,"b"|3'],
    [3, '4|five\nsix|7'],
    [5, '8|9|10'],
  ])
})

test('a quote that is never closed costs its own line and no other', () => {
  expect(read('1,"2,3', '4,5,6', '7,8,9')).toEqual([
    [2, 'QUOTE'],
    [3, '4|5|6'],
    [4, '7|8|9'],
  ])
})

test('two stray quotes far apart do not swallow the lines between them', () => {
  expect(read('1,"2,3', '4,5,6', '7,"8,9', 'a,b,c')).toEqual([
    [2, 'QUOTE'],
    [3, '4|5|6'],
    [4, 'QUOTE'],
    [5, 'a|b|c'],
  ])
})

test('too few and too many columns are told by number', () => {
  expect(read('1,2', '1,2,3,4')).toEqual([
    [2, 'COLUMNS'],
    [3, 'COLUMNS'],
  ])
})

test('lines may come in any pieces', () => {
  const push = createRecordReader(',', 2)
  const records = [...push(['1,"a'], false), ...push(['b"', '3,4'], false), ...push([], true)]
  expect(records.map(({ line, cells }) => [line, ...cells])).toEqual([
    [2, '1', 'a\nb'],
    [4, '3', '4'],
  ])
})
