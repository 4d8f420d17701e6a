import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'

const root = join(import.meta.dirname, '..')

/** The committed text of a file in the work tree; null when it is not there. */
export function readHere(file: string): string | null {
  const path = join(root, file)
  return existsSync(path) ? readFileSync(path, 'utf8') : null
}

export function writeHere(file: string, text: string): void {
  mkdirSync(dirname(join(root, file)), { recursive: true })
  writeFileSync(join(root, file), text)
}

const git = (...args: string[]): string | null => {
  try {
    return execFileSync('git', ['-C', root, ...args], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] })
  } catch {
    return null
  }
}

/**
 * The file as the readers of this branch know it: at the point where the branch left main; on main itself at HEAD or,
 * when HEAD is what is being tested, before it. Null in a first commit, a shallow clone or without git.
 */
export function readBefore(file: string): string | null {
  const head = git('rev-parse', 'HEAD')
  const left = git('merge-base', 'HEAD', 'origin/main') ?? git('merge-base', 'HEAD', 'main')
  if (left !== null && left !== head) return git('show', `${left.trim()}:${file}`)
  const atHead = git('show', `HEAD:${file}`)
  return atHead === readHere(file) ? git('show', `HEAD^:${file}`) : atHead
}
