import type { z } from 'zod'
import { checkFile, checkRule } from './check-format.ts'
import type { CheckRule } from './check-rule.ts'
import type { Source } from './policy.ts'
import type { PolicyFault } from './policy-load.ts'
import { wrong } from './policy-parts.ts'

/** The rule files cannot be used. Not a rejection: the platform does not start with them. */
export class InvalidChecks extends Error {
  readonly faults: readonly PolicyFault[]

  constructor(faults: readonly PolicyFault[]) {
    super(`规则文件有误 / invalid rule files:\n${faults.map((f) => `  ${f.file} ${f.path}: ${f.reason}`).join('\n')}`)
    this.faults = faults
  }
}

/** How a rule is named apart from its earlier forms: a digest over everything of it that decides. */
type Digest = (deciding: unknown) => string

type Report = (path: string, reason: string) => void

/** Reads rule files. Throws InvalidChecks with every fault of every file. */
export function loadChecks(
  files: readonly { readonly name: string; readonly text: string }[],
  digest: Digest,
): CheckRule[] {
  const faults: PolicyFault[] = []
  const known = new Map<string, string>()
  const rules = files.flatMap(({ name: file, text }) => {
    const report: Report = (path, reason) => void faults.push({ file, path, reason })
    const own = readFile(text, digest, report)
    own.forEach(({ place, rule }) => {
      const at = `${rule.id} ${rule.from}`
      const before = known.get(at)
      known.set(at, before ?? file)
      if (before !== undefined)
        report(
          `rules[${place}].id`,
          wrong(`与 ${before} 中的规则标识和起期重复`, `stands in ${before} with the same first day`),
        )
    })
    return own.map(({ rule }) => rule)
  })
  if (faults.length > 0) throw new InvalidChecks(faults)
  return rules
}

interface Placed {
  readonly place: number
  readonly rule: CheckRule
}

function readFile(text: string, digest: Digest, report: Report): Placed[] {
  const raw = parseJson(text)
  if (raw === undefined) {
    report('', wrong('不是有效的 JSON', 'is not valid JSON'))
    return []
  }
  const file = checkFile.safeParse(raw)
  if (!file.success) {
    reportIssues(file.error, '', report)
    return []
  }
  const { sources, rules } = file.data
  return rules.flatMap((one, place) => {
    const rule = readRule(one, sources, digest, (path, reason) => report(`rules[${place}]${path}`, reason))
    return rule === null ? [] : [{ place, rule }]
  })
}

function readRule(
  raw: unknown,
  sources: Readonly<Record<string, Source>>,
  digest: Digest,
  report: Report,
): CheckRule | null {
  const parsed = checkRule.safeParse(raw)
  if (!parsed.success) {
    reportIssues(parsed.error, '.', report)
    return null
  }
  const { id, name, note = null, pools, from, to, action, when, test } = parsed.data
  const source = sources[parsed.data.source]
  if (source === undefined) {
    report('.source', wrong(`未声明的来源 ${parsed.data.source}`, `names the undeclared source ${parsed.data.source}`))
    return null
  }
  if (source.reliability === 'ASSUMED' && action !== 'WARN')
    report('.action', wrong('没有文件依据的规则只能提示', 'a rule that no document states can only warn'))
  const days = { from: from.toString(), to: to?.toString() ?? null }
  const version = digest({ id, pools, from: days.from, action, when, test })
  return { id, version, name, source, note, pools, ...days, action, when, test }
}

function reportIssues(error: z.ZodError, before: string, report: Report): void {
  for (const issue of error.issues) {
    const path = issue.path.map((one) => (typeof one === 'number' ? `[${one}]` : `.${String(one)}`)).join('')
    const message = issue.message.includes(' / ') ? issue.message : wrong('格式不符', issue.message)
    report(before === '' ? path.replace(/^\./, '') : path, message)
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
