import { describe, expect, test } from 'vitest'
import { shippedFiles } from '../../../test/cases-policies.ts'
import { loadPolicies } from '../domain/policy-load.ts'
import { isIntact, policyFilesOf, policyRecords, withLaterRules, type PolicyRecord } from './policy-records.ts'

const records = policyRecords(shippedFiles)
/** A policy as it was registered before the platform knew the rules named. */
const before = (record: PolicyRecord, ...unknown: string[]): PolicyRecord => ({
  ...record,
  body: {
    ...record.body,
    rules: Object.fromEntries(Object.entries(record.body.rules ?? {}).filter(([name]) => !unknown.includes(name))),
  },
})

test('a revision is registered beside the policy it revises', () => {
  const [first] = records
  if (first === undefined) throw new Error('no policies')
  const revised = { ...first.body, policies: first.body.policies.map((one) => ({ ...one, revision: 2 })) }
  const [record] = policyRecords([{ name: 'revised.json', text: JSON.stringify(revised) }])
  expect(record).toMatchObject({ id: first.id, version: `${first.version}.2`, validFrom: first.validFrom })
  expect(record !== undefined && isIntact(record)).toBe(true)
  expect(loadPolicies(policyFilesOf([first, ...(record === undefined ? [] : [record])]))).toHaveLength(2)
})

describe('a policy that was registered before the platform learned a rule', () => {
  test('gets the rule of its pool or of the national frame, and is then what the files say', () => {
    const old = records.map((record) => before(record, 'quote', 'mutualAid', 'reversalOrder'))
    const whole = withLaterRules(old, shippedFiles)
    expect(whole).toEqual(records)
    expect(whole.every(isIntact)).toBe(true)
  })
  test('can be used even when its pool has no file any more', () => {
    const [first] = records
    if (first === undefined) throw new Error('no policies')
    const national = shippedFiles.filter((file) => file.name.startsWith('100000'))
    const whole = withLaterRules([before(first, 'quote')], national)
    expect(loadPolicies(policyFilesOf(whole))).toHaveLength(1)
  })
  test('keeps what it says, and is left alone when it knows every rule', () => {
    withLaterRules(records, shippedFiles).forEach((whole, i) => expect(whole).toBe(records[i]))
  })
})
