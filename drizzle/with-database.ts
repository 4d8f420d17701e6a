import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { Advice } from '@yibao/schema/process'
import { BESIDE_FILE, findBeside } from './beside.ts'
import { startEmbedded } from './embedded.ts'

/** Where a program finds the database: at its address, or embedded in a data folder. */
export interface DatabasePlace {
  readonly url: string | undefined
  readonly dataDir: string
}

/** @throws Advice when there is no database in the folder, so that none is made just to find it empty. */
export function expectDatabase({ url, dataDir }: DatabasePlace): void {
  if (url !== undefined || ['postgres.json', BESIDE_FILE].some((file) => existsSync(join(dataDir, file)))) return
  throw new Advice(`${dataDir} 中没有数据库。 There is no database in ${dataDir}: set YIBAO_DATA or DATABASE_URL.`)
}

/** Works on the database; an embedded one is started when none runs, and left as it was found. */
export async function withDatabase<T>({ url, dataDir }: DatabasePlace, work: (url: string) => Promise<T>): Promise<T> {
  if (url !== undefined) return work(url)
  const beside = await findBeside(dataDir)
  const embedded = await startEmbedded({ dataDir: beside?.dataDir ?? dataDir, durable: true })
  try {
    return await work(beside === null ? embedded.url : await embedded.beside(beside.database))
  } finally {
    await embedded.stop()
  }
}
