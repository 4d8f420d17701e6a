import { once } from 'node:events'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { demoPersons } from '../../demo/persons.ts'
import { launchWhole, run, startWhole } from './child.ts'
import { countIn, faultsIn, isAlive, newDataFolder, postmasterOf, type DataFolder } from './world.ts'

let folder: DataFolder
beforeEach(async () => {
  folder = await newDataFolder()
})
afterEach(() => folder.remove())

const signalled = async (ms: number, signal: NodeJS.Signals): Promise<number | null> => {
  const { child } = launchWhole(folder.dataDir, folder.port)
  const ended = once(child, 'close')
  await sleep(ms)
  child.kill(signal)
  await ended
  return child.exitCode
}

test('a first start that is killed again and again, wherever it was, is completed by the next one', async () => {
  for (const ms of [300, 600, 1000, 1500, 2000, 2500, 3000, 3500, 4500]) await signalled(ms, 'SIGKILL')
  const platform = await startWhole(folder.dataDir, folder.port)
  expect(await countIn(folder.dataDir, 'insured.person')).toBe(demoPersons().length)
  // The demo's own bill, and the one of somebody treated in the second province.
  expect(await countIn(folder.dataDir, 'settlement.settlement')).toBe(2)
  expect(await countIn(folder.dataDir, 'institutions.catalogue_item')).toBeGreaterThan(300)
  expect(await faultsIn(folder.dataDir)).toEqual([])
  for (const dataDir of [folder.dataDir, join(folder.dataDir, 'sichuan')]) {
    const verified = await run(['verify.ts'], { YIBAO_DATA: dataDir, DATABASE_URL: '' })
    expect(verified, verified.output).toMatchObject({ code: 0 })
  }
  expect(await platform.end('SIGTERM')).toBe(0)
})

test('told to stop at any moment of its start, it leaves no server behind', async () => {
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    for (let ms = 600; ms <= 4200; ms += 300) {
      await signalled(ms, signal)
      // A server that is stopping needs no more than a moment.
      await sleep(200)
      expect(await isAlive(await postmasterOf(folder.dataDir)), `${signal} after ${ms} ms`).toBe(false)
    }
  }
})
