import { expect, test } from 'vitest'
import { print, type Paper } from './print.ts'

const paper = (rows: number): Paper => ({
  title: { zh: '个人权益记录单', en: 'Personal rights record' },
  facts: [[{ zh: '姓名', en: 'Name' }, '示范人物']],
  tables: [
    {
      title: { zh: '缴费', en: 'Contributions' },
      columns: [{ title: { zh: '月份', en: 'Month' } }, { title: { zh: '金额', en: 'Amount' }, align: 'right' }],
      rows: Array.from({ length: rows }, (_, i) => [`第 ${i + 1} 月`, `${i}.00`]),
      empty: { zh: '无', en: 'none' },
    },
  ],
  notes: [{ zh: '本单免费。', en: 'It is free.' }],
  foot: 'SHA-256 0123456789abcdef',
  at: Temporal.Instant.from('2026-11-22T10:00:00+08:00').epochMilliseconds,
})

const pagesOf = (pdf: Uint8Array) =>
  Buffer.from(pdf)
    .toString('latin1')
    .match(/\/Type \/Page[^s]/g)?.length

test('a paper is a PDF with its fonts within, and the same paper is the same bytes', { timeout: 30_000 }, async () => {
  const [one, again, other] = await Promise.all([print(paper(3)), print(paper(3)), print(paper(4))])
  expect(Buffer.from(one).subarray(0, 5).toString()).toBe('%PDF-')
  expect(Buffer.from(one).toString('latin1')).toContain('/FontFile3')
  expect(Buffer.compare(one, again)).toBe(0)
  expect(Buffer.compare(one, other)).not.toBe(0)
})

test('a long table goes on over pages, and no row of it makes a page of its own', { timeout: 30_000 }, async () => {
  expect(pagesOf(await print(paper(0)))).toBe(1)
  expect(pagesOf(await print(paper(90)))).toBe(2)
})
