import type { Text } from '@yibao/schema/rejection'
import { z } from 'zod'
import { source } from './policy-format.ts'
import { bilingual, day } from './policy-parts.ts'

const NATIONAL = '100000'

const key = z.string().regex(/^[a-z0-9-]{1,40}$/)
const workingDays = z.strictObject({ workingDays: z.int().min(1).max(250), source: key })
const most = z.int().min(1).max(10_000)

const parts = {
  /** How long an answer may take. */
  answer: workingDays,
  /** How long before that it is told that the day is near. */
  alarm: workingDays,
  /** How long an answer can be asked further about; then the question is closed. */
  followUp: workingDays,
  /** How many questions of one asker wait for an answer at most. */
  waiting: z.strictObject({ person: most, employer: most, source: key }),
}
const head = {
  pool: z.string().regex(/^\d{6}$/),
  name: bilingual,
  since: day,
  sources: z.record(key, source),
}
const whole = z.strictObject({ ...head, ...parts })
const local = z.strictObject({ ...head, ...z.strictObject(parts).partial().shape })

type National = z.output<typeof whole>
type Local = z.output<typeof local>
type Source = z.output<typeof source>

/** How a pool answers questions: the national rules with the pool's own laid over them. */
export interface QuestionRules extends Pick<National, keyof typeof parts> {
  /** Pool of the file and the day it took effect. */
  readonly version: string
  readonly name: Text
  /** Where a value stands; one of the names that `source` of a value gives. */
  sourceOf(name: string): Source
}

interface RuleFile {
  readonly name: string
  readonly text: string
}

/** Reads the files; throws an error that names file and place when one is wrong. Answers the rules of each pool. */
export function loadQuestionRules(files: readonly RuleFile[]) {
  const frame = files.find(({ text }) => poolIn.safeParse(JSON.parse(text)).data?.pool === NATIONAL)
  if (frame === undefined) throw new Error('there is no file of the national frame of questions')
  const national = read(frame, whole)
  const rules = new Map(
    files.map((file) => {
      const own = read<Local>(file, local)
      for (const part of [own.answer, own.alarm, own.followUp, own.waiting]) {
        if (part !== undefined && own.sources[part.source] === undefined)
          throw new Error(`${file.name}: ${part.source} is not among the sources`)
      }
      return [own.pool, laidOver(national, own)] as const
    }),
  )
  const fallback = laidOver(national, national)
  return (pool: string): QuestionRules => rules.get(pool) ?? rules.get(`${pool.slice(0, 4)}00`) ?? fallback
}

const poolIn = z.object({ pool: z.string() })

function read<T extends National | Local>({ name, text }: RuleFile, shape: z.ZodType<T>): T {
  const one = shape.safeParse(JSON.parse(text))
  if (!one.success) throw new Error(`${name}: ${z.prettifyError(one.error)}`)
  return one.data
}

const laidOver = (national: National, own: Local): QuestionRules => ({
  answer: own.answer ?? national.answer,
  alarm: own.alarm ?? national.alarm,
  followUp: own.followUp ?? national.followUp,
  waiting: own.waiting ?? national.waiting,
  version: `${own.pool}@${own.since.toString()}`,
  name: own.name,
  sourceOf(name) {
    const found = own.sources[name] ?? national.sources[name]
    if (found === undefined) throw new Error(`no source ${name}`)
    return found
  },
})
