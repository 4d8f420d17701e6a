import { createHash } from 'node:crypto'
import { fenOf, formatYuan, parseYuan, sum, ZERO, type Fen } from '@yibao/schema/money'
import { InvalidInput, NotAllowed, NotFound, type Problem, type Text } from '@yibao/schema/rejection'
import { MONTH } from './clearing.ts'
import type { NetSide } from './netting.ts'

/** What a notice says of one province and direction. */
export interface NoticeLine {
  readonly province: string
  readonly side: NetSide
  readonly line: number
  readonly count: number
  readonly amount: Fen
}

export interface NationalNotice {
  readonly number: string
  readonly month: string
  readonly sha256: string
  readonly lines: readonly NoticeLine[]
}

const COLUMNS = 'kind,month,province,side,count,amount,sha256'
const BYTES_MAX = 200_000
const LINES_MAX = 1000
const SIDES: Readonly<Record<string, NetSide>> = { RECEIVABLE: 'PLACE', PAYABLE: 'HOME' }

/** Reads the file of a notice for a province; `clearing/NOTICE-FILE.md` says its form. Throws InvalidInput with every fault. */
export function readNotice(file: string, own: string): NationalNotice {
  const problems: Problem[] = []
  const fault = (code: string, zh: string, en: string): void => {
    if (problems.length < 100) problems.push({ path: 'file', code, message: { zh, en } })
  }
  if (Buffer.byteLength(file) > BYTES_MAX) throw one('TOO_LARGE', { zh: '文件过大', en: 'is too large' })
  const body = file.slice(0, file.trimEnd().lastIndexOf('\n') + 1)
  const [heading = '', ...rows] = body.split(/\r?\n/).filter((row) => row !== '')
  const trailer = file.slice(body.length).trim().split(',')
  if (heading !== COLUMNS) fault('HEADINGS', `首行应为 ${COLUMNS}`, `must begin with ${COLUMNS}`)
  if (rows.length > LINES_MAX) fault('TOO_MANY', `最多 ${LINES_MAX} 行`, `must have at most ${LINES_MAX} lines`)
  const lines: NoticeLine[] = []
  const months = new Set<string>()
  for (const [i, row] of rows.slice(0, LINES_MAX).entries()) {
    const read = readLine(row, i + 2, own)
    if (read === null) fault('LINE', `第 ${i + 2} 行不能识别`, `cannot be read in line ${i + 2}`)
    else if (lines.some(({ province, side }) => province === read.province && side === read.side))
      fault('TWICE', `第 ${i + 2} 行的省份与方向已出现`, `says the province and direction of line ${i + 2} twice`)
    else {
      lines.push(read)
      months.add(row.split(',')[1] ?? '')
    }
  }
  if (months.size !== 1) fault('MONTH', '应恰为一个月份', 'must be of one month')
  checkTrailer(trailer, { own, rows: rows.length, lines, digest: digestOf(body) }, fault)
  InvalidInput.throwIf(problems)
  return { number: trailer[1] ?? '', month: [...months][0] ?? '', sha256: digestOf(file), lines }
}

const digestOf = (text: string): string => createHash('sha256').update(text, 'utf8').digest('hex')
const one = (code: string, message: Text): InvalidInput => InvalidInput.of([{ path: 'file', code, message }])

function readLine(row: string, line: number, own: string): NoticeLine | null {
  const [kind, month = '', province = '', side = '', count = '', amount = '', none = '', ...more] = row.split(',')
  const read = parseYuan(amount)
  const of = SIDES[side]
  const isLine = kind === 'D' && MONTH.pattern.test(month) && /^[1-8]\d$/.test(province) && province !== own
  if (!isLine || of === undefined || !/^\d{1,9}$/.test(count) || read === null || none !== '' || more.length > 0)
    return null
  return { province, side: of, line, count: Number(count), amount: read }
}

interface Told {
  readonly own: string
  readonly rows: number
  readonly lines: readonly NoticeLine[]
  readonly digest: string
}

function checkTrailer(
  [kind, number = '', province, rows, count, amount, sha256]: readonly string[],
  told: Told,
  fault: (code: string, zh: string, en: string) => void,
): void {
  if (kind !== 'T' || !/^[^\p{Cc}"]{1,60}$/u.test(number))
    return fault('TRAILER', '末行应为 T 汇总行，含文号', 'must end with the trailer T and the number of the notice')
  if (province !== told.own) fault('OTHER_PROVINCE', '不是本省的通知书', 'is the notice of another province')
  const isWhole =
    rows === String(told.rows) &&
    count === String(told.lines.reduce((all, { count: each }) => all + each, 0)) &&
    amount === formatYuan(sum(told.lines.map((each) => each.amount)))
  if (!isWhole)
    fault('INCOMPLETE', '行数或合计与汇总不符', 'has another number of lines, or comes to another sum, than it says')
  if (sha256 !== told.digest) fault('CHECKSUM', '校验值不符', 'does not have the checksum it says')
}

export const NOTICE_VERDICTS = ['EQUAL', 'DIFFERS', 'ONLY_THERE', 'ONLY_HERE'] as const
export type NoticeVerdict = (typeof NOTICE_VERDICTS)[number]

/** What stands here of a province, direction and month: all its statements together. */
export interface OwnSum {
  readonly province: string
  readonly side: NetSide
  readonly count: number
  readonly amount: Fen
}

/** A line of a notice beside what stands here. */
export interface ComparedLine {
  readonly province: string
  readonly side: NetSide
  readonly there: Pick<OwnSum, 'count' | 'amount'> | null
  readonly here: Pick<OwnSum, 'count' | 'amount'> | null
  readonly verdict: NoticeVerdict
  /** What stands here less what the notice says. */
  readonly difference: Fen
}

/** Compares a notice with the statements here, line by line. */
export function compareNotice(
  lines: readonly Pick<NoticeLine, 'province' | 'side' | 'count' | 'amount'>[],
  own: readonly OwnSum[],
): ComparedLine[] {
  const keyOf = ({ province, side }: Pick<OwnSum, 'province' | 'side'>) => `${province} ${side}`
  const there = new Map(lines.map((each) => [keyOf(each), each]))
  const here = new Map(own.map((each) => [keyOf(each), each]))
  return [...new Set([...there.keys(), ...here.keys()])].toSorted().map((key) => {
    const [said, stands] = [there.get(key) ?? null, here.get(key) ?? null]
    const { province, side } = said ?? stands ?? { province: '', side: 'HOME' as const }
    const difference = fenOf((stands?.amount ?? ZERO) - (said?.amount ?? ZERO))
    return { province, side, there: said, here: stands, difference, verdict: verdictOf(said, stands) }
  })
}

function verdictOf(said: ComparedLine['there'], stands: ComparedLine['here']): NoticeVerdict {
  if (said === null) return 'ONLY_HERE'
  if (stands === null) return 'ONLY_THERE'
  return said.count === stands.count && said.amount === stands.amount ? 'EQUAL' : 'DIFFERS'
}

export const noNotice = (): NotFound => NotFound.of({ zh: '该清算通知书', en: 'the clearing notice' }, 'notice')

export const otherNotice = (): NotAllowed =>
  NotAllowed.at('file', 'NOTICE_DIFFERS', {
    zh: '该文号的通知书已导入，内容不同',
    en: 'a notice of this number was imported with another content',
  })
