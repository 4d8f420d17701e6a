import { execFileSync } from 'node:child_process'
import os from 'node:os'

/** What the numbers were measured on. */
export function describeMachine(): { cpus: string; cores: number; memoryGiB: number; node: string; os: string } {
  return {
    cpus: os.cpus()[0]?.model ?? 'unknown',
    cores: os.availableParallelism(),
    memoryGiB: Math.round(os.totalmem() / 2 ** 30),
    node: process.version,
    os: `${os.type()} ${os.release()}`,
  }
}

/** The path of a program on this machine, or null. */
export function findProgram(name: string): string | null {
  const places = [`/usr/lib/postgresql/*/bin/${name}`, `/usr/bin/${name}`, `/usr/local/bin/${name}`]
  try {
    return (
      execFileSync('sh', ['-c', `ls ${places.join(' ')} 2>/dev/null | tail -1`], { encoding: 'utf8' }).trim() || null
    )
  } catch {
    return null
  }
}
