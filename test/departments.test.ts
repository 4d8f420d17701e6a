import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { auditor, HOSPITAL, hospital, institutionsWorld, person, type InstitutionsWorld } from './institutions-world.ts'

let world: InstitutionsWorld
beforeAll(async () => {
  world = await institutionsWorld()
})
afterAll(() => world.close())

const REJECTION = '... on Rejection { code problems { path code } }'
const UPLOAD = `mutation ($requestId: ID!, $departments: [DepartmentInput!]!) {
  answer: uploadDepartments(requestId: $requestId, departments: $departments) { __typename
    ... on RegisterUpload { accepted known rejected rows { code state problems { path code } } } ${REJECTION} } }`
const CHANGE = `mutation ($requestId: ID!, $input: DepartmentInput!) {
  answer: changeDepartment(requestId: $requestId, input: $input) { ... on Department { code beds endOn } ${REJECTION} } }`
const REVOKE = `mutation ($requestId: ID!, $code: String!) {
  answer: revokeDepartment(requestId: $requestId, code: $code) { ... on RevokedDepartment { code } ${REJECTION} } }`
const LIST = `query ($institution: String, $category: String, $on: Date, $first: Int, $after: String) {
  answer: departments(institution: $institution, category: $category, on: $on, first: $first, after: $after) {
    ... on DepartmentConnection { edges { node { code name } } pageInfo { hasNextPage endCursor } } ${REJECTION} } }`
const STAFF = `mutation ($requestId: ID!, $practitioners: [PractitionerInput!]!) {
  answer: registerPractitioners(requestId: $requestId, practitioners: $practitioners) { ... on RegisterUpload { accepted } } }`

const own = { ...hospital(), scopes: ['institutions:read', 'institutions:write'] as const }
const row = (code: string, change: object = {}) => ({
  code,
  name: `科室 ${code}`,
  category: 'A03.01',
  beds: 20,
  beginOn: '2026-01-01',
  ...change,
})

interface Answer {
  readonly code: string
  readonly rows: { readonly state: string }[]
  readonly edges: { readonly node: { readonly code: string } }[]
  readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor: string }
}
type Who = Parameters<InstitutionsWorld['ask']>[0]
const say = async (who: Who, query: string, variables: object, requestId = randomUUID()) =>
  (await world.ask<{ answer: Answer }>(who, query, { requestId, ...variables })).answer
const listed = async (who: Who, variables: object) => {
  const { answer } = await world.ask<{ answer: Answer }>(who, LIST, { ...variables })
  return answer
}

test('departments are taken in one by one: what is right is kept, what is not comes back with each fault', async () => {
  const departments = [
    row('D01'),
    row('D02', { category: 'x', beds: -1, name: '' }),
    row('D01', { beds: 30 }),
    row('D 3'),
    row('D04', { beginOn: '2026-02-30', endOn: '2026-01-01' }),
    row('D05', { beginOn: '2026-02-01', endOn: '2026-01-01' }),
    row('D06'),
  ]
  const requestId = randomUUID()
  const answer = await say(own, UPLOAD, { departments }, requestId)
  expect(answer).toMatchObject({
    accepted: 2,
    known: 0,
    rejected: 5,
    rows: [
      { code: 'D01', state: 'ACCEPTED' },
      { state: 'REJECTED', problems: [{ path: 'departments[1].category' }, { code: 'RANGE' }, { code: 'LENGTH' }] },
      { state: 'REJECTED', problems: [{ path: 'departments[2].code', code: 'CODE_TWICE' }] },
      { state: 'REJECTED', problems: [{ code: 'DEPARTMENT_CODE' }] },
      { state: 'REJECTED', problems: [{ code: 'DATE' }] },
      { state: 'REJECTED', problems: [{ code: 'DATES_REVERSED' }] },
      { code: 'D06', state: 'ACCEPTED' },
    ],
  })
  expect(await say(own, UPLOAD, { departments }, requestId)).toEqual(answer)
})

test('sent again the same is known, and other content is changed by its own mutation', async () => {
  await say(own, UPLOAD, { departments: [row('E01')] })
  expect(await say(own, UPLOAD, { departments: [row('E01'), row('E02')] })).toMatchObject({
    rows: [{ state: 'KNOWN' }, { state: 'ACCEPTED' }],
  })
  expect(await say(own, UPLOAD, { departments: [row('E01', { beds: 5 })] })).toMatchObject({
    rows: [{ state: 'REJECTED', problems: [{ code: 'EXISTS_OTHERWISE' }] }],
  })
  const closed = row('E01', { beds: 5, endOn: '2026-12-31' })
  expect(await say(own, CHANGE, { input: closed })).toEqual({ code: 'E01', beds: 5, endOn: '2026-12-31' })
  expect(await say(own, CHANGE, { input: row('E09') })).toMatchObject({ code: 'NOT_FOUND' })
  expect(await say(own, UPLOAD, { departments: [] })).toMatchObject({ problems: [{ code: 'ROWS' }] })
})

test('one that was a mistake is revoked, unless somebody is registered in it', async () => {
  await say(own, UPLOAD, { departments: [row('F01'), row('F02')] })
  const practitioners = [{ code: 'D620200000001', name: '某医师', department: 'F02', beginOn: '2026-01-01' }]
  expect(await say(own, STAFF, { practitioners })).toEqual({ accepted: 1 })
  expect(await say(own, REVOKE, { code: 'F01' })).toEqual({ code: 'F01' })
  expect(await say(own, REVOKE, { code: 'F01' })).toMatchObject({ code: 'NOT_FOUND' })
  expect(await say(own, REVOKE, { code: 'F02' })).toMatchObject({ code: 'DEPARTMENT_STAFFED' })
})

test('everybody reads the departments of an institution, page by page, by speciality and by day', async () => {
  const departments = ['01', '02', '03'].map((n) => row(`G${n}`, { category: 'B01', endOn: `2026-0${n.slice(1)}-28` }))
  await say(own, UPLOAD, { departments })
  const wanted = { institution: HOSPITAL, category: 'B01' }
  const first = await listed(person, { ...wanted, first: 2 })
  expect(first.edges.map(({ node }) => node.code)).toEqual(['G01', 'G02'])
  const rest = await listed(person, { ...wanted, after: first.pageInfo.endCursor })
  expect(rest.edges.map(({ node }) => node.code)).toEqual(['G03'])
  const inFebruary = await listed(auditor, { ...wanted, on: '2026-02-15' })
  expect(inFebruary.edges.map(({ node }) => node.code)).toEqual(['G02', 'G03'])
  expect(await listed(person, {})).toMatchObject({ problems: [{ path: 'institution', code: 'REQUIRED' }] })
  expect((await listed(own, { category: 'B01' })).edges).toHaveLength(3)
})

test('nobody but an institution that a bureau registered writes departments', async () => {
  await expect(say(person, UPLOAD, { departments: [row('X')] })).rejects.toThrow('FORBIDDEN')
  const unknown = { ...own, institution: 'H62020009999', subject: 'H62020009999' }
  expect(await say(unknown, UPLOAD, { departments: [row('X')] })).toMatchObject({ code: 'NOT_FOUND' })
})
