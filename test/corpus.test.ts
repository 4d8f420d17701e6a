import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { split } from '@yibao/settlement/domain/split'
import { loadPolicies } from '@yibao/settlement/domain/policy-load'
import { decodeSplitInput, encodeSplitInput, type StoredSplitInput } from '@yibao/settlement/store/split-input'
import { describe, expect, test } from 'vitest'
import { allPolicies, shippedFiles } from './cases-policies.ts'

interface Recorded {
  readonly input: StoredSplitInput
  readonly result: unknown
}

const FOLDER = join(import.meta.dirname, 'corpus')
const read = (...path: string[]) => readFileSync(join(FOLDER, ...path), 'utf8')
const named = (folder: string, ending: string) => readdirSync(folder).filter((name) => name.endsWith(ending))

const superseded = named(join(FOLDER, 'policies'), '.json').map((name) => ({ name, text: read('policies', name) }))
const national = shippedFiles.filter((file) => file.name.startsWith('100000'))
const policies = [...allPolicies, ...(superseded.length === 0 ? [] : loadPolicies([...national, ...superseded]))]

/** Amounts as the corpus writes them. */
const written = (value: unknown): unknown =>
  JSON.parse(JSON.stringify(value, (_key, inner: unknown) => (typeof inner === 'bigint' ? String(inner) : inner)))

describe.each(named(FOLDER, '.jsonl'))('the bills of %s', (name) => {
  const bills = read(name)
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Recorded)

  test('are split as they were, to the fen', () => {
    expect(bills.length).toBeGreaterThan(200)
    for (const [index, { input, result }] of bills.entries())
      expect(written(split(decodeSplitInput(input), policies)), `${name}:${index + 1}`).toMatchObject(
        result as Record<string, unknown>,
      )
  })

  test('are stored as they were', () => {
    for (const { input } of bills) expect(encodeSplitInput(decodeSplitInput(input))).toEqual(input)
  })
})
