import { expect } from 'vitest'
import { unused, type Step, type Steps } from './story-steps.ts'
import type { Data, World } from './world.ts'

// What every refusal must be: typed, in two languages, naming the field; nothing but the request is written.

/** What is reckoned behind the bills, whenever its worker comes to it. */
export const BEHIND = [
  'ledger_day',
  'ledger_fold',
  'score_day',
  'own_code_mark',
  'own_code_use',
  'contribution_run',
  'rights_record_run',
  'declaration_notice',
  // Employers of the demo are told of their declarations within the first minute.
  'insured.outbox',
  'insured.inbox',
  'insured.message',
  'insured.message_delivery',
  'institutions.inbox',
]
/** What was logged as an alarm; that somebody showed a card of nobody is one, and these stories show such cards. */
export const alarmsOf = ({ logged }: Pick<World, 'logged'>) =>
  logged.filter((one) => one.message !== 'a bill named an identity or card number of nobody')

/** Requests and reads are kept whatever comes of them, and quotes are promises. */
const ASIDE = [...BEHIND, 'request', 'quote', 'unknown_credential', 'prescription_showing', 'impact', 'impact_person']

/** A digest of every row of every table about persons and money. */
export async function dumpOf({ admin }: Pick<World, 'admin'>): Promise<Record<string, string>> {
  const { rows: tables } = await admin.query<{ name: string }>(
    `select n.nspname || '.' || c.relname as name from pg_class c join pg_namespace n on n.oid = c.relnamespace
     where c.relkind in ('r', 'p') and not c.relispartition and n.nspname in ('insured', 'settlement')
       and c.relname not like 'access\\_%' and c.relname <> all ($1)
       and n.nspname || '.' || c.relname <> all ($1) order by 1`,
    [ASIDE],
  )
  const digests = tables.map(
    ({
      name,
    }) => `select '${name}' as name, count(*) || ' ' || md5(coalesce(string_agg(t::text, '|' order by t::text), ''))
      as digest from ${name} t`,
  )
  const { rows } = await admin.query<{ name: string; digest: string }>(digests.join(' union all '))
  return Object.fromEntries(rows.map(({ name, digest }) => [name, digest]))
}

/** Type, fields and their codes of a refusal in one line, after holding it to what every one must be. */
export function refusalOf({ __typename, code, message, problems }: Data): string {
  expect(code, JSON.stringify(__typename)).toMatch(/^[A-Z_]+$/)
  expect(problems.length).toBeGreaterThan(0)
  for (const text of [message, ...problems.map((one: Data) => one.message)]) {
    expect(text.zh).toMatch(/\p{Script=Han}/u)
    expect(text.en).toMatch(/^[\x20-\x7e–…×]+$/)
  }
  return `${__typename}: ${problems.map((one: Data) => `${one.path} ${one.code}`).join(', ')}`
}

/** What is refused, by operation and by what is wrong: with what it is asked, and the refusal. */
export type Refusals = Partial<Record<Step, Readonly<Record<string, readonly [() => object, string]>>>>

/** The same as a list, for a test of each. */
export const listOf = (refusals: Refusals) =>
  Object.entries(refusals).flatMap(([step, cases]) =>
    Object.entries(cases).map(([name, [variables, refusal]]) => ({ step: step as Step, name, variables, refusal })),
  )

/** Tries what must be refused. */
export function refusingIn(world: World, { take }: Steps) {
  return async (who: string, step: Step, variables: object): Promise<string> => {
    const requestId = unused('bad')
    const before = await dumpOf(world)
    const answer = await take(who, step, { requestId, ...variables })
    const refusal = refusalOf(answer)
    // Asked again it is refused in the same way.
    expect(refusalOf(await take(who, step, { requestId, ...variables }))).toEqual(refusal)
    expect(await dumpOf(world)).toEqual(before)
    return refusal
  }
}
