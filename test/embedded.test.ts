import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { chmod, mkdtemp, readFile, rm, stat } from 'node:fs/promises'
import { networkInterfaces, tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { writeBeside } from '@yibao/drizzle/beside'
import { withClient } from '@yibao/drizzle/client'
import { startEmbedded } from '@yibao/drizzle/embedded'
import { expectDatabase, withDatabase } from '@yibao/drizzle/with-database'
import { afterAll, expect, test } from 'vitest'

const folders: string[] = []
afterAll(() => Promise.all(folders.map((folder) => rm(folder, { recursive: true, force: true }))))

async function newFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'yibao-embedded-'))
  await chmod(folder, 0o755)
  folders.push(folder)
  return folder
}

const run = (url: string, statement: string) =>
  withClient({ url, name: 'test' }, async (client) => (await client.query(statement)).rows)

const processOf = async (folder: string) =>
  Number((await readFile(join(folder, 'postgres', 'postmaster.pid'), 'utf8')).split('\n')[0])

const isAlive = (pid: number): boolean => {
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}

async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  for (const end = performance.now() + 15_000; !(await condition());) {
    if (performance.now() > end) throw new Error('it did not come to be in time')
    await sleep(20)
  }
}

/** Another process with the server of `folder`, which it says the address of. */
async function startElsewhere(folder: string, durable: boolean): Promise<{ child: ChildProcess; url: string }> {
  const module = join(import.meta.dirname, '..', 'drizzle', 'embedded.ts')
  const script = `const { startEmbedded } = await import(${JSON.stringify(module)})
    const { url, stop } = await startEmbedded({ dataDir: ${JSON.stringify(folder)}, durable: ${durable} })
    process.stdin.on('data', async () => { await stop(); process.exit() })
    console.log(url)`
  const child = spawn(process.execPath, ['--input-type=module', '-e', script], { stdio: ['pipe', 'pipe', 'inherit'] })
  const [line] = (await once(child.stdout, 'data')) as [Buffer]
  return { child, url: line.toString().trim() }
}

test('a folder can have its database on the server of another one, and is found there by itself', async () => {
  const [dataDir, folder] = [await newFolder(), await newFolder()]
  const place = { url: undefined, dataDir: folder }
  expect(() => expectDatabase(place)).toThrow(/no database/)
  const embedded = await startEmbedded({ dataDir, durable: true })
  const urls = await Promise.all([embedded.beside('yibao_other'), embedded.beside('yibao_other')])
  expect(urls[0]).toBe(urls[1])
  await run(urls[0], 'create table kept as select 43 as answer')
  await writeBeside(folder, { dataDir, database: 'yibao_other' })
  await embedded.stop()
  expectDatabase(place)
  expect(await withDatabase(place, (url) => run(url, 'select answer from kept'))).toEqual([{ answer: 43 }])
  await expect(run(urls[0], 'select 1')).rejects.toMatchObject({ code: 'ECONNREFUSED' })
})

test('what was stored is there after a stop and a start, under the same address', async () => {
  const dataDir = await newFolder()
  const first = await startEmbedded({ dataDir, durable: true })
  await run(first.url, 'create table kept as select 42 as answer')
  await first.stop()
  await expect(run(first.url, 'select 1')).rejects.toMatchObject({ code: 'ECONNREFUSED' })
  const second = await startEmbedded({ dataDir, durable: true })
  expect(second.url).toBe(first.url)
  expect(await run(second.url, 'select answer from kept')).toEqual([{ answer: 42 }])
  await second.stop()
})

test('the server is for this machine and this user only, durable, and sorts and reckons time as we do', async () => {
  const dataDir = await newFolder()
  const { url, stop } = await startEmbedded({ dataDir, durable: true })
  for (const file of ['postgres.json', 'postgres.log']) {
    expect((await stat(join(dataDir, file))).mode & 0o777).toBe(0o600)
  }
  expect((await stat(join(dataDir, 'postgres'))).mode & 0o777).toBe(0o700)
  const wrong = new URL(url)
  wrong.password = 'guess'
  await expect(run(wrong.href, 'select 1')).rejects.toMatchObject({ code: '28P01' })
  const outside = Object.values(networkInterfaces()).flatMap((all) => all ?? [])
  for (const { address, internal, family } of outside) {
    if (internal || family !== 'IPv4') continue
    const other = new URL(url)
    other.hostname = address
    await expect(run(other.href, 'select 1')).rejects.toMatchObject({ code: 'ECONNREFUSED' })
  }
  const [row] = await run(
    url,
    `select current_setting('fsync') as fsync, current_setting('synchronous_commit') as commit,
       current_setting('full_page_writes') as pages, current_setting('TimeZone') as zone, upper('é') as upper`,
  )
  expect(row).toEqual({ fsync: 'on', commit: 'on', pages: 'on', zone: 'Asia/Shanghai', upper: 'É' })
  await stop()
})

test('several who start at once share one server, and the last to stop stops it', async () => {
  const dataDir = await newFolder()
  const all = await Promise.all([1, 2, 3].map(() => startEmbedded({ dataDir, durable: true })))
  const elsewhere = await startElsewhere(dataDir, true)
  const pid = await processOf(dataDir)
  expect(new Set([...all.map((one) => one.url), elsewhere.url]).size).toBe(1)
  for (const { stop } of all) await stop()
  expect(await run(elsewhere.url, 'select 1 as one')).toEqual([{ one: 1 }])
  elsewhere.child.stdin?.write('stop')
  await once(elsewhere.child, 'exit')
  expect(isAlive(pid)).toBe(false)
})

test('a server killed under a living process comes back under the same address with all that was committed', async () => {
  const dataDir = await newFolder()
  const { url, stop } = await startEmbedded({ dataDir, durable: true })
  await run(url, 'create table kept (n int)')
  for (let round = 1; round <= 3; round += 1) {
    await run(url, `insert into kept values (${round})`)
    process.kill(await processOf(dataDir), 'SIGKILL')
    await until(() =>
      run(url, 'select 1').then(
        () => true,
        () => false,
      ),
    )
    expect(await run(url, 'select count(*)::int as count from kept')).toEqual([{ count: round }])
  }
  await stop()
})

test('a server left behind by a killed process is taken over, dead or alive', async () => {
  const dataDir = await newFolder()
  for (const serverToo of [false, true]) {
    const { child, url } = await startElsewhere(dataDir, true)
    await run(url, `create table kept_${serverToo} as select 1 as one`)
    const pid = await processOf(dataDir)
    child.kill('SIGKILL')
    if (serverToo) process.kill(pid, 'SIGKILL')
    const { stop } = await startEmbedded({ dataDir, durable: true })
    expect((await processOf(dataDir)) === pid).toBe(!serverToo)
    expect(await run(url, `select one from kept_${serverToo}`)).toEqual([{ one: 1 }])
    await stop()
  }
})

test('the server of a test run ends with its process, even when that is killed', async () => {
  const dataDir = await newFolder()
  const { child } = await startElsewhere(dataDir, false)
  const pid = await processOf(dataDir)
  child.kill('SIGKILL')
  await until(() => !isAlive(pid))
})

test.runIf(process.getuid?.() === 0)('root can have its data in a folder nobody else may enter', async () => {
  const closed = await newFolder()
  await chmod(closed, 0o700)
  const dataDir = join(closed, 'data')
  const { url, stop } = await startEmbedded({ dataDir, durable: true })
  const [row] = await run(url, `select current_setting('data_directory') as place`)
  folders.push(join(row.place, '..'))
  expect(row.place).toMatch(/^\/var\/lib\/yibao\//)
  await run(url, 'create table kept as select 42 as answer')
  await stop()
  const again = await startEmbedded({ dataDir, durable: true })
  expect(await run(again.url, 'select answer from kept')).toEqual([{ answer: 42 }])
  await again.stop()
})
