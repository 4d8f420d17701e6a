import { readFileSync } from 'node:fs'
import { inspect } from 'node:util'
import type { z } from 'zod'
import { Advice } from './process.ts'

/** The environment, or what a test gives in its place. */
export type Environment = Readonly<Record<string, string | undefined>>

type Shape = Readonly<Record<string, z.ZodType>>
export type Config<S extends Shape> = { readonly [Name in keyof S]: z.output<S[Name]> }

const secrets = new WeakSet<z.ZodType>()

/**
 * Marks a setting as secret: it is also read from the file named by `<NAME>_FILE`, and it shows as [redacted]
 * wherever the configuration is printed or logged.
 */
export function secret<T extends z.ZodType>(setting: T): T {
  secrets.add(setting)
  return setting
}

/** All faults of the configuration at once. The message names settings, never their values. */
export class ConfigFaulty extends Advice {
  readonly faults: readonly string[]
  constructor(faults: readonly string[]) {
    super(`配置有 ${faults.length} 处错误。 The configuration has ${faults.length} fault(s):\n  ${faults.join('\n  ')}`)
    this.name = 'ConfigFaulty'
    this.faults = faults
  }
}

interface Options {
  /** Every variable with this prefix must be a setting of the shape, so that a misspelt one is not overlooked. */
  readonly prefix?: string
}

/**
 * Reads the settings of `shape` from the environment. An empty variable counts as not set.
 *
 * @throws ConfigFaulty naming every fault, so that one start shows all of them.
 */
export function readConfig<S extends Shape>(shape: S, env: Environment, options: Options = {}): Config<S> {
  const faults: string[] = []
  const values: Record<string, unknown> = {}
  for (const [name, setting] of Object.entries(shape)) {
    const raw = rawValue(name, secrets.has(setting), env, faults)
    if (raw === FAULTY) continue
    const result = setting.safeParse(raw)
    if (result.success) values[name] = result.data
    else faults.push(`${name}: ${raw === undefined ? MISSING : wording(result.error)}`)
  }
  if (options.prefix !== undefined) faults.push(...unknownNames(shape, env, options.prefix))
  if (faults.length > 0) throw new ConfigFaulty(faults)
  return withRedaction(values, shape) as Config<S>
}

const FAULTY = Symbol('faulty')
const MISSING = '缺失 is missing'

function rawValue(name: string, isSecret: boolean, env: Environment, faults: string[]) {
  const value = env[name] || undefined
  const file = isSecret ? env[`${name}_FILE`] || undefined : undefined
  if (file === undefined) return value
  if (value !== undefined) {
    faults.push(`${name}: 与 ${name}_FILE 只能设置一个 set either it or ${name}_FILE, not both`)
    return FAULTY
  }
  try {
    return readFileSync(file, 'utf8').replace(/\r?\n$/, '')
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    faults.push(`${name}_FILE: 文件无法读取 the file it names cannot be read (${code})`)
    return FAULTY
  }
}

const wording = (error: z.ZodError) => error.issues.map((issue) => issue.message).join('; ')

function unknownNames(shape: Shape, env: Environment, prefix: string): string[] {
  const known = new Set(Object.keys(shape))
  for (const [name, setting] of Object.entries(shape)) if (secrets.has(setting)) known.add(`${name}_FILE`)
  return Object.keys(env)
    .filter((name) => name.startsWith(prefix) && !known.has(name))
    .map((name) => `${name}: 不存在的设置，请检查拼写 is no known setting, check its spelling`)
}

function withRedaction(values: Record<string, unknown>, shape: Shape): Record<string, unknown> {
  const shown = () =>
    Object.fromEntries(
      Object.entries(values).map(([name, value]) => {
        const setting = shape[name]
        return [name, setting !== undefined && secrets.has(setting) && value !== undefined ? '[redacted]' : value]
      }),
    )
  Object.defineProperty(values, 'toJSON', { value: shown })
  Object.defineProperty(values, inspect.custom, { value: shown })
  return Object.freeze(values)
}
