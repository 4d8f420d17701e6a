import { readFile, writeFile } from 'node:fs/promises'
import { join, relative, resolve } from 'node:path'

/** What says so in the folder. */
export const BESIDE_FILE = 'beside.json'

/** The database of a data folder that is one more on the embedded server of another folder. */
export interface Beside {
  /** The folder the server is of. */
  readonly dataDir: string
  readonly database: string
}

/** Notes in a folder where its database is, for the programs that are told of this folder alone. */
export const writeBeside = (folder: string, { dataDir, database }: Beside): Promise<void> =>
  // From one to the other, so that both can be moved together.
  writeFile(join(folder, BESIDE_FILE), `${JSON.stringify({ server: relative(folder, dataDir), database })}\n`)

/** Where the database of a folder is; null for one that has a server of its own, or none. */
export async function findBeside(folder: string): Promise<Beside | null> {
  const text = await readFile(join(folder, BESIDE_FILE), 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return null
    throw error
  })
  if (text === null) return null
  const { server, database } = JSON.parse(text) as { server: string; database: string }
  return { dataDir: resolve(folder, server), database }
}
