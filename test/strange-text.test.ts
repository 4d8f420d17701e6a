import { randomUUID } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { schema as crossProvince } from '@yibao/cross-province/schema'
import { importFile } from '@yibao/institutions/commands/import-file'
import { schema as institutions } from '@yibao/institutions/schema'
import { schema as insured } from '@yibao/insured/schema'
import type { Identity, Scope } from '@yibao/schema/identity'
import {
  getNamedType,
  isCompositeType,
  isInputObjectType,
  isListType,
  isNonNullType,
  isObjectType,
  isScalarType,
  type GraphQLArgument,
  type GraphQLInputType,
  type GraphQLSchema,
} from 'graphql'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { COUNTY_HOSPITAL, filingWorld, type FilingWorld } from './filing-world.ts'
import { institutionsWorld, type InstitutionsWorld } from './institutions-world.ts'
import { newPerson } from './insured-world.ts'

// Texts no database keeps, or no encoding: wherever a text can be given, they are wrong or not found, never a fault of
// the platform. The arguments are taken from the schemas, so a new one is tried as well.

const STRANGE = ['\u0000', 'a\u0000b', '\ud800', 'a\udc00b'] as const

let filings: FilingWorld
let agreements: InstitutionsWorld
const ming = newPerson()

beforeAll(async () => {
  ;[filings, agreements] = await Promise.all([filingWorld(), institutionsWorld()])
  await filings.seed(ming)
  const folder = await mkdtemp(join(tmpdir(), 'yibao-strange-'))
  const file = join(import.meta.dirname, '..', 'demo', 'catalogue.csv')
  const reportFile = join(folder, 'errors.csv')
  await importFile({
    db: agreements.db,
    clock: () => agreements.time.now,
    file,
    kind: 'CATALOGUE',
    pool: null,
    reportFile,
  })
  await rm(folder, { recursive: true })
})
afterAll(() => Promise.all([filings.close(), agreements.close()]))

const scopes: Scope[] = [
  'insured:read',
  'insured:write',
  'insured:pii',
  'filing:read',
  'filing:write',
  'institutions:read',
  'institutions:write',
  'audit:read',
]
const EVERYBODY: readonly Identity[] = [
  { kind: 'person', insuredId: ming.insuredId, subject: 'p', scopes },
  { kind: 'institution', institution: 'H62020000001', subject: 'i', scopes },
  { kind: 'staff', pool: '620200', subject: 's', scopes },
  { kind: 'channel', channel: 'APP01', subject: 'c', scopes },
  { kind: 'auditor', subject: 'a', scopes },
]

/** Values that are right, so that the strange one is what is looked at; by name of the argument or field. */
const RIGHT: Readonly<Record<string, unknown>> = {
  requestId: 'fresh',
  pool: '620200',
  insuranceType: '310',
  personType: '1101',
  beginOn: '2026-12-01',
  endOn: '2026-12-02',
  on: '2026-11-22',
  birthDate: ming.birthDate,
  identityNumber: ming.identityNumber,
  name: ming.name,
  insuredId: ming.insuredId,
  institution: COUNTY_HOSPITAL,
  destination: '610100',
  issuedOn: '2026-11-20',
  legalGround: '条例第三十八条',
  reason: '虚构医药服务',
  kind: 'IDENTITY_CARD',
  disease: 'M03900',
  certifiedBy: COUNTY_HOSPITAL,
  certifiedOn: '2026-11-20',
  institutions: COUNTY_HOSPITAL,
  doctorCode: 'D1',
  doctorName: ming.name,
  relation: 'SPOUSE',
  code: '1234567890123456789012345678',
  cardNumber: 'K62020099',
  channel: 'APP01',
  evidence: '民救〔2026〕12号',
  expectedOn: '2027-06-06',
}
/** By name of the input type: fields that must be left out for the others to count. */
const LEAVE_OUT: Readonly<Record<string, readonly string[]>> = {
  EnrolInput: ['insuredId'],
  FileTreatmentElsewhereInput: ['ground', 'evidence'],
}

type Path = readonly string[]

/** All places below an argument where a text goes. */
function textsOf(type: GraphQLInputType, path: Path): Path[] {
  if (isNonNullType(type)) return textsOf(type.ofType, path)
  if (isListType(type)) return textsOf(type.ofType, [...path, '0'])
  if (isInputObjectType(type)) return Object.values(type.getFields()).flatMap((f) => textsOf(f.type, [...path, f.name]))
  return isScalarType(type) && !['Int', 'Float', 'Boolean'].includes(type.name) ? [path] : []
}

/** A value of a type in which the text at `path` is the strange one. */
function valueOf(type: GraphQLInputType, name: string, path: Path | null, strange: string): unknown {
  if (isNonNullType(type)) return valueOf(type.ofType, name, path, strange)
  if (path?.length === 0) return strange
  if (isListType(type)) return path === null ? [] : [valueOf(type.ofType, name, path.slice(1), strange)]
  if (isInputObjectType(type)) {
    const fields = Object.values(type.getFields()).filter(
      (field) => path?.[0] === field.name || !LEAVE_OUT[type.name]?.includes(field.name),
    )
    return Object.fromEntries(
      fields.map((field) => {
        const below = path?.[0] === field.name ? path.slice(1) : null
        return [field.name, valueOf(field.type, field.name, below, strange)]
      }),
    )
  }
  if (name === 'requestId') return randomUUID()
  if ('getValues' in type) {
    const values = type.getValues().map((one) => one.name)
    return values.find((one) => one === RIGHT[name] || one === 'REFERRAL') ?? values[0]
  }
  return type.name === 'Int' ? 1 : type.name === 'Boolean' ? false : (RIGHT[name] ?? 'x')
}

interface Try {
  readonly field: string
  readonly path: Path
  readonly query: string
  readonly variables: (strange: string) => Record<string, unknown>
}

/** The value of an argument; the strange text is in it when the path begins with its name. */
const argumentOf = (arg: GraphQLArgument, path: Path, strange: string) =>
  valueOf(arg.type, arg.name, path[0] === arg.name ? path.slice(1) : null, strange)

function triesOf(schema: GraphQLSchema): Try[] {
  return [schema.getQueryType(), schema.getMutationType()].flatMap((root) => {
    if (!root) return []
    const verb = root === schema.getQueryType() ? 'query' : 'mutation'
    return Object.values(root.getFields())
      .filter(({ name }) => !name.startsWith('_'))
      .flatMap((field) => {
        const declared = field.args.map((arg) => `$${arg.name}: ${String(arg.type)}`).join()
        const given = field.args.map((arg) => `${arg.name}: $${arg.name}`).join()
        const rest = isCompositeType(getNamedType(field.type)) ? ' { __typename }' : ''
        const query = `${verb} (${declared}) { ${field.name}(${given})${rest} }`
        return field.args.flatMap((arg) =>
          textsOf(arg.type, [arg.name]).map((path) => ({
            field: field.name,
            path,
            query,
            variables: (strange: string) =>
              Object.fromEntries(field.args.map((one) => [one.name, argumentOf(one, path, strange)])),
          })),
        )
      })
  })
}

type Ask = FilingWorld['ask']

/** What everybody is told: the codes of errors; nobody may be told of a fault, and somebody must be let in. */
async function expectNoFault(ask: Ask, query: string, variables: Record<string, unknown>) {
  const outcomes = await Promise.all(
    EVERYBODY.map((who) =>
      ask(who, query, variables).then(
        () => 'answered',
        (error: Error) => error.message,
      ),
    ),
  )
  expect(outcomes.filter((one) => one.includes('INTERNAL_SERVER_ERROR'))).toEqual([])
  expect(outcomes.filter((one) => !one.startsWith('FORBIDDEN'))).not.toEqual([])
}

describe.each([
  ['insured', insured, () => filings.insured.ask],
  ['institutions', institutions, () => agreements.ask],
  ['cross-province', crossProvince, () => filings.ask],
] as const)('in %s', (_, schema, ask) => {
  test.each(triesOf(schema).map((one) => [`${one.field}(${one.path.join('.')})`, one] as const))(
    '%s can be any text',
    async (_name, { query, variables }) => {
      for (const strange of STRANGE) await expectNoFault(ask(), query, variables(strange))
    },
  )

  test('references can have any key', async () => {
    const keys: Record<string, string> = { Insured: 'id', Filing: 'id', Institution: 'code', CatalogueItem: 'code' }
    const query = 'query ($all: [_Any!]!) { _entities(representations: $all) { __typename } }'
    for (const [name, key] of Object.entries(keys)) {
      if (schema.getType(name) === undefined) continue
      for (const strange of STRANGE) await expectNoFault(ask(), query, { all: [{ __typename: name, [key]: strange }] })
    }
  })
})

test('below the first level the texts that can be given are these, and can be any', async () => {
  const below = [insured, institutions, crossProvince].flatMap((schema) =>
    Object.values(schema.getTypeMap())
      .filter(isObjectType)
      .filter(
        (type) => type !== schema.getQueryType() && type !== schema.getMutationType() && !type.name.startsWith('__'),
      )
      .flatMap((type) => Object.values(type.getFields()).map((field) => ({ type, field })))
      .filter(({ field }) => field.args.some((arg) => textsOf(arg.type, []).length > 0))
      .map(({ type, field }) => `${type.name}.${field.name}`),
  )
  expect(below.toSorted()).toEqual([
    'CatalogueItem.ceilings',
    'CatalogueItem.selfPays',
    // Tried in contribution-collection.test.ts.
    'ContributionCollection.faults',
    // Tried in employer.test.ts.
    'Employer.employees',
    // Tried in employer-credit.test.ts.
    'EmployerCredit.entries',
    'EmployerDeclaration.lines',
    'Insured.accessLog',
    'Insured.declaredBases',
    'Insured.filingAccessLog',
    'Insured.rightsRecords',
  ])
  const prices = `query ($t: String!) { catalogueItems(first: 1) { ... on CatalogueItemConnection {
    edges { node { selfPays(pool: $t) { pool } ceilings(pool: $t) { pool } } } } } }`
  const log = 'query ($t: String!) { me { accessLog(after: $t) { __typename } } }'
  const filingLog = `query ($t: String!, $of: [_Any!]!) { _entities(representations: $of) {
    ... on Insured { filingAccessLog(after: $t) { __typename } } } }`
  for (const t of STRANGE) {
    await expectNoFault(agreements.ask, prices, { t })
    await expectNoFault(filings.insured.ask, log, { t })
    await expectNoFault(filings.ask, filingLog, { t, of: [{ __typename: 'Insured', id: ming.insuredId }] })
  }
})
