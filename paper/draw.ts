import { fileURLToPath } from 'node:url'
// oxlint-disable-next-line import/no-named-as-default -- its types know the default alone
import PDFDocument from 'pdfkit'

interface Bilingual {
  readonly zh: string
  readonly en: string
}

/** A table of a paper: as many cells in each row as there are columns. */
interface PaperTable {
  readonly title: Bilingual
  readonly columns: readonly { readonly title: Bilingual; readonly align?: 'left' | 'right' }[]
  readonly rows: readonly (readonly string[])[]
  /** Said instead of a table without rows. */
  readonly empty: Bilingual
}

/** What somebody gets in hand: texts and tables, nothing that has to be looked up. */
export interface Paper {
  readonly title: Bilingual
  /** Label and value. */
  readonly facts: readonly (readonly [label: Bilingual, value: string])[]
  readonly tables: readonly PaperTable[]
  /** Below the tables, once. */
  readonly notes: readonly Bilingual[]
  /** On every page: what proves the paper, for instance its hash. */
  readonly foot: string
  /** Milliseconds since 1970: of the content, so that the same paper is the same bytes. */
  readonly at: number
}

// The package exports no more than the names of its files.
const fontFile = (weight: 'Regular' | 'Bold') =>
  fileURLToPath(new URL(`../fonts/NotoSansHans-${weight}.otf`, import.meta.resolve('@embedpdf/fonts-sc')))
const MARGIN = 48
const FOOT = 40
const LINE = 11
const PADDING = 3
const both = ({ zh, en }: Bilingual) => `${zh} ${en}`

/** Draws a paper as PDF, A4, with its fonts within. It takes a tenth of a second and more: `print.ts` does it aside. */
export async function draw(paper: Paper): Promise<Uint8Array> {
  // oxlint-disable-next-line no-restricted-globals -- the library takes no other
  const at = new Date(paper.at)
  const document = new PDFDocument({
    size: 'A4',
    margins: { top: MARGIN, left: MARGIN, right: MARGIN, bottom: MARGIN + FOOT },
    bufferPages: true,
    info: { Title: paper.title.zh, CreationDate: at, ModDate: at },
  })
  const chunks: Uint8Array[] = []
  const printed = new Promise<Uint8Array>((resolve, reject) => {
    document.on('data', (chunk: Uint8Array) => chunks.push(chunk))
    document.on('end', () => resolve(Buffer.concat(chunks)))
    document.on('error', reject)
  })
  document.registerFont('regular', fontFile('Regular')).registerFont('bold', fontFile('Bold'))
  head(document, paper)
  for (const table of paper.tables) body(document, table)
  document.font('regular').fontSize(8)
  for (const note of paper.notes) document.moveDown(0.5).text(both(note), MARGIN)
  feet(document, paper.foot)
  document.end()
  return printed
}

function head(document: PDFKit.PDFDocument, { title, facts }: Paper): void {
  document.font('bold').fontSize(16).text(title.zh, { align: 'center' })
  document.font('regular').fontSize(9).text(title.en, { align: 'center' }).moveDown()
  for (const [label, value] of facts) {
    document
      .font('regular')
      .fontSize(9)
      .text(`${both(label)}：`, { continued: true })
      .font('bold')
      .text(value)
  }
}

function body(document: PDFKit.PDFDocument, { title, columns, rows, empty }: PaperTable): void {
  document.moveDown().font('bold').fontSize(11).text(both(title), MARGIN).moveDown(0.3)
  document.font('regular').fontSize(8)
  if (rows.length === 0) {
    document.text(both(empty))
    return
  }
  const width = (document.page.width - 2 * MARGIN) / columns.length
  const drawRow = (cells: readonly string[]) => {
    const lines = cells.map((cell) => fitted(document, cell, width - 2 * PADDING))
    const height = LINE * Math.max(...lines.map((one) => one.length)) + PADDING
    if (document.y + height > document.page.height - MARGIN - FOOT) document.addPage()
    const { y } = document
    for (const [i, cell] of lines.entries()) {
      for (const [j, line] of cell.entries()) {
        // Placed by hand: the library's tables lay every cell out several times, 3.7 s for 90 rows instead of 0.1.
        document.text(line, MARGIN + i * width + PADDING, y + j * LINE, {
          width: width - 2 * PADDING,
          align: columns[i]?.align ?? 'left',
          lineBreak: false,
        })
      }
    }
    document.moveTo(MARGIN, y + height - PADDING).lineTo(document.page.width - MARGIN, y + height - PADDING)
    document.lineWidth(0.4).strokeColor('#999999').stroke()
    document.y = y + height
  }
  drawRow(columns.map((one) => `${one.title.zh}\n${one.title.en}`))
  for (const row of rows) drawRow(row)
}

/** The lines of a cell, each of which fits. */
function fitted(document: PDFKit.PDFDocument, cell: string, width: number): string[] {
  return cell.split('\n').flatMap((line) => {
    if (document.widthOfString(line) <= width) return [line]
    const lines: string[] = []
    let left = ''
    for (const character of line) {
      if (left !== '' && document.widthOfString(left + character) > width) {
        lines.push(left)
        left = ''
      }
      left += character
    }
    return [...lines, left]
  })
}

/** The foot and the number of the page, which is known only when all pages are there. */
function feet(document: PDFKit.PDFDocument, foot: string): void {
  const { count } = document.bufferedPageRange()
  for (let page = 0; page < count; page += 1) {
    document.switchToPage(page)
    // Text below the margin would begin another page.
    document.page.margins.bottom = 0
    const y = document.page.height - MARGIN - FOOT / 2
    const width = document.page.width - 2 * MARGIN
    document.font('regular').fontSize(7)
    document
      .text(foot, MARGIN, y, { width })
      .text(`${page + 1} / ${count}`, MARGIN, y + FOOT / 2, { width, align: 'right' })
  }
}
