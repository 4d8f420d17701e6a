import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { loadPolicies } from '@yibao/settlement/domain/policy-load'

const SHIPPED = join(import.meta.dirname, '../subgraphs/settlement/policies')
const TEST = join(import.meta.dirname, 'policies')

const filesOf = (folder: string) =>
  readdirSync(folder)
    .filter((name) => name.endsWith('.json'))
    .map((name) => ({ name, text: readFileSync(join(folder, name), 'utf8') }))

/** The policy files of the product, as text. */
export const shippedFiles = filesOf(SHIPPED)
/** Those that only tests have. */
export const testFiles = filesOf(TEST)

/** The product's policies and those that only tests have. */
export const allPolicies = loadPolicies([...shippedFiles, ...testFiles])

const NATIONAL = shippedFiles.filter((file) => file.name.startsWith('100000'))

/** A pool of one policy that holds for everybody; for figures of pools that are not shipped. */
export function policyOf(block: { readonly payers: unknown; readonly crossArea?: unknown }) {
  const text = JSON.stringify({
    pool: '999999',
    name: { zh: '算例', en: 'case' },
    area: ['9999'],
    sources: { case: { document: { zh: '算例', en: 'case' }, issued: '2020', reliability: 'C' } },
    policies: [
      {
        id: '999999-case',
        name: { zh: '算例', en: 'case' },
        insuranceTypes: ['310', '390'],
        personTypes: ['11', '12', '14', '15', '16'],
        careTypes: ['1', '2', '4'],
        from: '2000-01-01',
        ...block,
      },
    ],
  })
  return loadPolicies([...NATIONAL, { name: 'case.json', text }])
}
