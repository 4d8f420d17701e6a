import { execFile } from 'node:child_process'
import { createWriteStream } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { promisify } from 'node:util'

export interface ImportResult {
  readonly rows: number
  readonly seconds: number
  /** The largest resident set of the process that imports, of all of it. */
  readonly peakMiB: number
}

const NAMES = ['阿莫西林', '头孢他啶', '奥美拉唑', '氯化钠', '葡萄糖', '二甲双胍', '硝苯地平', '布洛芬']
const FORMS = ['胶囊', '片', '注射液', '颗粒', '口服溶液', '软膏']
const HEAD = '编码,名称,甲乙丙,收费类别,开始日期,结束日期,剂型,规格,单位'

function* catalogue(rows: number): Generator<string> {
  yield `${HEAD}\n`
  for (let i = 0; i < rows; i += 1) {
    const [name, form] = [NAMES[i % NAMES.length], FORMS[i % FORMS.length]]
    const code = `XJ01CAB020E00${String(i).padStart(10, '0')}`
    yield `${code},${name}${form}${i},${'甲乙丙'[i % 3]},09,2025-01-01,,${form},0.25g*24,盒\n`
  }
}

/** Takes so many catalogue rows from a file into a database, in a process of its own. */
export async function measureImport(url: string, rows: number): Promise<ImportResult> {
  const folder = await mkdtemp(join(tmpdir(), 'yibao-bench-import-'))
  try {
    const file = join(folder, 'catalogue.csv')
    await pipeline(Readable.from(catalogue(rows)), createWriteStream(file))
    const program = join(import.meta.dirname, 'import-process.ts')
    const { stdout } = await promisify(execFile)(process.execPath, [program, url, file])
    const { seconds, peakMiB, added, bad } = JSON.parse(stdout) as ImportResult & { added: number; bad: number }
    if (added !== rows || bad !== 0) throw new Error(`of ${rows} rows ${added} were added, ${bad} were bad`)
    return { rows, seconds, peakMiB }
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}
