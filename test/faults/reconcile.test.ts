import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmod, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { connect } from '@yibao/drizzle/connect'
import { startEmbedded } from '@yibao/drizzle/embedded'
import { migrate } from '@yibao/drizzle/migrate'
import { ensurePartitions } from '@yibao/drizzle/partitions'
import { systemClock } from '@yibao/schema/dates'
import { Client } from 'pg'
import { expect, test } from 'vitest'
import { makeScene } from '../bench/reconcile.ts'

// A process that reconciles a file is killed again and again, while it reads and while it compares. The next one goes on
// where it was: at the end every difference is there once, and everything that is equal is reconciled.

const KILLS = 12

test('a reconciliation whose process is killed again and again ends as if none had been', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'yibao-reconcile-'))
  // Run as root, the server has another user, who must be able to come in.
  await chmod(folder, 0o755)
  const server = await startEmbedded({ dataDir: folder, durable: true })
  const admin = new Client(server.url)
  try {
    await migrate(server.url)
    const db = await connect({ url: server.url, schema: 'settlement' })
    await ensurePartitions(db, systemClock(), 1)
    await db.close()
    await admin.connect()
    const scene = await makeScene(admin, { url: server.url, folder, count: 30_000, each: 200 })
    for (let kill = 0; kill < KILLS; kill += 1) {
      const child = spawn(process.execPath, scene.args, { stdio: 'ignore' })
      await Promise.race([sleep(700 + 150 * kill), once(child, 'close')])
      if (child.exitCode === null) child.kill('SIGKILL')
      if (child.exitCode === null && child.signalCode === null) await once(child, 'close')
    }
    const last = spawn(process.execPath, scene.args, { stdio: ['ignore', 'ignore', 'inherit'] })
    await once(last, 'close')
    expect(last.exitCode).toBe(0)
    expect(await scene.check()).toBe(9 * 200)
  } finally {
    await admin.end().catch(() => {})
    await server.stop()
    await rm(folder, { recursive: true, force: true })
  }
})
