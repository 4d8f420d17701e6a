// The receipt a newcomer sees first: a settled bill in Chinese and English with the national field names beside.

/** One amount of the receipt: Chinese, English, national field name, how it is printed. */
export interface Row {
  readonly zh: string
  readonly en: string
  readonly field: string
  readonly value: string
}

export interface Receipt {
  readonly head: readonly Row[]
  readonly lines: readonly { readonly name: string; readonly cells: readonly string[] }[]
  readonly sums: readonly Row[]
  readonly payers: readonly { readonly row: Row; readonly reasons: readonly string[] }[]
  readonly rest: readonly Row[]
}

const COLUMNS = ['金额', '全自费', '超限价', '先行自付', '政策内'] as const
const WIDTH = 104

/** Columns a text takes in a terminal: East Asian characters take two. */
const displayWidth = (text: string): number =>
  Array.from(text).reduce((width, char) => width + (/[ᄀ-ᅟ⺀-꓏가-힣豈-﫿︰-﹏＀-｠￠-￦]/u.test(char) ? 2 : 1), 0)

const padEnd = (text: string, width: number) => text + ' '.repeat(Math.max(0, width - displayWidth(text)))
const padStart = (text: string, width: number) => ' '.repeat(Math.max(0, width - displayWidth(text))) + text

/** Cuts a text to so many terminal columns, with an ellipsis when something is lost. */
function fit(text: string, width: number): string {
  if (displayWidth(text) <= width) return padEnd(text, width)
  let cut = ''
  for (const char of text) {
    if (displayWidth(cut + char) > width - 1) break
    cut += char
  }
  return padEnd(`${cut}…`, width)
}

const rule = (title: string) => `── ${title} ${'─'.repeat(Math.max(0, WIDTH - displayWidth(title) - 4))}`
const labelled = ({ zh, en, field, value }: Row) => `  ${fit(`${zh} ${en}`, 54)}${fit(field, 18)}${padStart(value, 30)}`

/** The lines of the bill; a signed receipt has only a digest of them. */
const tableOf = (lines: Receipt['lines']): string[] =>
  lines.length === 0
    ? []
    : [
        rule('费用明细 Lines（元 yuan）'),
        `  ${fit('项目 Item', 46)}${COLUMNS.map((name) => padStart(name, 11)).join('')}`,
        ...lines.map(({ name, cells }) => `  ${fit(name, 46)}${cells.map((cell) => padStart(cell, 11)).join('')}`),
      ]

const TITLE = '医疗保险结算单  Medical-insurance settlement receipt'

/** The receipt as plain text, 104 columns wide. */
export function printReceipt(receipt: Receipt, title: string = TITLE): string {
  return [
    '═'.repeat(WIDTH),
    `  ${title}`,
    '═'.repeat(WIDTH),
    ...receipt.head.map(labelled),
    ...tableOf(receipt.lines),
    rule('费用分割 What the bill is made of'),
    ...receipt.sums.map(labelled),
    rule('谁支付，为什么 Who pays, and why'),
    ...receipt.payers.flatMap(({ row, reasons }) => [labelled(row), ...reasons.map((reason) => `      ${reason}`)]),
    rule('个人负担 What is left to the person'),
    ...receipt.rest.map(labelled),
    '═'.repeat(WIDTH),
  ].join('\n')
}
