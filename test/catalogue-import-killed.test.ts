import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { withClient } from '@yibao/drizzle/client'
import { expect, test } from 'vitest'
import { testDatabase } from './database.ts'

const ROWS = 25_000
const PROGRAM = join(import.meta.dirname, '..', 'import.ts')

/** Runs the command; `killAt` ends it without a word once it has read so many tenths of the file. */
async function run(url: string, file: string, killAt?: number): Promise<{ code: number | null; out: string }> {
  const child = spawn(process.execPath, [PROGRAM, 'catalogue', file], { env: { ...process.env, DATABASE_URL: url } })
  let out = ''
  child.stdout.on('data', (part: Buffer) => (out += part.toString()))
  child.stderr.on('data', (part: Buffer) => {
    out += part.toString()
    if (killAt !== undefined && out.includes(`read ${killAt}0 %`)) child.kill('SIGKILL')
  })
  await once(child, 'close')
  return { code: child.exitCode, out }
}

test('an import that is killed twice goes on where it stopped: every row is there once, and the version counts once', async () => {
  const database = await testDatabase()
  const folder = await mkdtemp(join(tmpdir(), 'yibao-killed-'))
  try {
    const file = join(folder, 'list.csv')
    const lines = Array.from(
      { length: ROWS },
      (_, i) => `XJ01CAB030E00101${String(i).padStart(7, '0')},片${i},甲,09,2025-01-01`,
    )
    await writeFile(file, `编码,名称,甲乙丙,收费类别,开始日期\n${lines.join('\n')}\n`)
    const look = () =>
      withClient({ url: database.url, name: 'test' }, async (client) => {
        const { rows } = await client.query<{ items: number; version: string; position: number; jobs: number }>(
          `select (select count(*)::int from institutions.catalogue_item) as items,
             (select version::text from institutions.catalogue_version) as version,
             (select max(position) from institutions.import_job) as position,
             (select count(*)::int from institutions.import_job) as jobs`,
        )
        return rows[0]
      })
    const before = (await look())?.version

    expect((await run(database.url, file, 2)).code).toBe(null)
    const first = await look()
    expect(first).toMatchObject({ items: 0, version: before })
    expect((await run(database.url, file, 6)).code).toBe(null)
    expect((await look())?.position).toBeGreaterThan(first?.position ?? Infinity)

    const last = await run(database.url, file)
    expect(last.code).toBe(0)
    expect(last.out).toContain(`added: ${ROWS}`)
    expect(await look()).toEqual({
      items: ROWS,
      version: String(BigInt(before ?? '0') + 1n),
      position: ROWS + 1,
      jobs: 1,
    })
  } finally {
    await database.close()
    await rm(folder, { recursive: true })
  }
}, 120_000)
