import { parseArgs } from 'node:util'
import { Advice } from '@yibao/schema/process'

/** What can be measured by itself, in the order in which it is: what fills the server comes after what would feel it. */
export const SECTIONS = [
  'settle',
  'rates',
  'overhead',
  'peers',
  'processes',
  'eligibility',
  'provinces',
  'filing',
  'split',
  'growth',
  'import',
  'reconcile',
] as const
export type Section = (typeof SECTIONS)[number]

export interface BenchOptions {
  readonly sections: ReadonlySet<Section>
  readonly rounds: number
  /** Requests under way at saturation. */
  readonly inFlight: number
  /** Lines stored before the rate is compared with that of an empty database. */
  readonly lines: number
  /** Little of everything: shows that it works, and no number of it says anything. */
  readonly isQuick: boolean
  /** The commit to compare with. */
  readonly compare: string | null
  /** JSON on standard output instead of the table. */
  readonly isJson: boolean
  /** Where the JSON is written. */
  readonly out: string
}

const USAGE = `用法 Usage: npm run bench -- [options]

Measures the platform on this machine, on a durable PostgreSQL of its own that is removed afterwards; about 40 minutes.
Nothing else should run meanwhile. The table shows each target beside what was measured, and JSON goes to a file.

  --only a,b         these sections alone: ${SECTIONS.slice(0, 6).join(', ')},
                     ${SECTIONS.slice(6).join(', ')}
  --rounds N         rounds of each comparison (5); numbers are medians, with the least and the most
  --in-flight N      requests under way at saturation (32)
  --lines N          lines stored before the rate is compared with that of an empty database (10000000)
  --quick            one short round of everything and few lines: shows that it works, not how fast it is
  --compare COMMIT   this working tree and another commit, in alternation: settle, eligibility and a question to four subgraphs
  --json             JSON on standard output instead of the table
  --out FILE         where the JSON goes (data/bench.json)
  --help             this text`

/** @throws Advice with the usage when an option is not one of these, or asked for */
export function readOptions(args: readonly string[]): BenchOptions {
  const { values } = parsed(args)
  if (values.help === true) throw new Advice(USAGE)
  const isQuick = values.quick === true
  return {
    isQuick,
    sections: sectionsOf(values.only),
    rounds: countOf(values.rounds, isQuick ? 1 : 5),
    inFlight: countOf(values['in-flight'], 32),
    lines: countOf(values.lines, isQuick ? 20_000 : 10_000_000),
    compare: values.compare ?? null,
    isJson: values.json === true,
    out: values.out ?? 'data/bench.json',
  }
}

function parsed(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: {
        only: { type: 'string' },
        rounds: { type: 'string' },
        'in-flight': { type: 'string' },
        lines: { type: 'string' },
        quick: { type: 'boolean' },
        compare: { type: 'string' },
        json: { type: 'boolean' },
        out: { type: 'string' },
        help: { type: 'boolean' },
      },
    })
  } catch (error) {
    throw new Advice(`${error instanceof Error ? error.message : String(error)}\n\n${USAGE}`)
  }
}

function countOf(text: string | undefined, usual: number): number {
  if (text === undefined) return usual
  if (!/^[1-9]\d{0,9}$/.test(text)) throw new Advice(`${text} is no number of anything\n\n${USAGE}`)
  return Number(text)
}

function sectionsOf(text: string | undefined): ReadonlySet<Section> {
  if (text === undefined) return new Set(SECTIONS)
  const asked = text.split(',')
  const unknown = asked.filter((one) => !SECTIONS.some((name) => name === one))
  if (unknown.length > 0) throw new Advice(`${unknown.join(', ')}: no such section\n\n${USAGE}`)
  return new Set(SECTIONS.filter((one) => asked.includes(one)))
}
