import { keepDocument } from '@yibao/documents/keep-document'
import { useDocument } from '@yibao/documents/document'
import { openStorage } from '@yibao/documents/storage'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { csv } from './document-content.ts'
import { beginUpload, fileRequest, pdf, sendBytes, upload } from './document-world.ts'
import { demoPerson, openWorld, type World } from './world.ts'

const own = demoPerson('629900', 'employee')
const other = demoPerson('629900', 'retired')
const HOSPITAL = 'H62990000001'

const EVERYBODY = [
  own.personNumber,
  other.personNumber,
  HOSPITAL,
  'H62990000002',
  'clerk-629900',
  'clerk-620100',
  'employer-629900',
  'employer-620100',
  'BANK01',
  'APP01',
  'auditor',
] as const
type Who = (typeof EVERYBODY)[number]

let world: World
/** Documents by name, with who may see them. */
const documents = new Map<string, { readonly id: string; readonly seenBy: readonly Who[] }>()

beforeAll(async () => {
  world = await openWorld()
  const add = async (name: string, by: Who, metadata: Record<string, string>, seenBy: readonly Who[]) => {
    const content = metadata['purpose'] === 'CLAIM' || metadata['purpose'] === 'RIGHTS_RECORD' ? pdf(name) : csv(100)
    const { id, status } = await upload(world, by, content, { pool: '629900', ...metadata })
    expect([name, status]).toEqual([name, 204])
    documents.set(name, { id, seenBy: [...seenBy, 'auditor'] })
  }
  const clerk = 'clerk-629900'
  await add('of a person', own.personNumber, { purpose: 'CLAIM' }, [own.personNumber, clerk])
  await add('by the bureau of a person', clerk, { purpose: 'RIGHTS_RECORD', about: own.insuredId }, [
    own.personNumber,
    clerk,
  ])
  await add('of a hospital', HOSPITAL, { purpose: 'RECONCILIATION' }, [HOSPITAL, clerk])
  await add('of an employer', 'employer-629900', { purpose: 'CONTRIBUTION' }, ['employer-629900', clerk])
  await add('of a bank', 'BANK01', { purpose: 'COLLECTION_FILE' }, ['BANK01', clerk])
  await add('of the bureau', clerk, { purpose: 'CATALOGUE' }, [clerk])
  const { keys, dataDir, platform, time } = world
  const storage = await openStorage({ kind: 'folder', folder: join(dataDir, 'documents') }, keys)
  const content = pdf('made by the platform')
  const kept = await keepDocument(storage, 'settlement', {
    purpose: 'CLEARING_PAPER',
    name: '清算单.pdf',
    type: 'application/pdf',
    content: [content],
    size: content.length,
    pool: '629900',
    institution: HOSPITAL,
    by: 'clearing:1',
    at: time.now,
  })
  await platform.databases.settlement.orm.transaction((tx) => kept.add(tx))
  documents.set('made by the platform', { id: kept.documentId, seenBy: [HOSPITAL, clerk, 'auditor'] })
})
afterAll(() => world.close())

const LIST = '{ documents(first: 50) { ... on DocumentConnection { edges { node { id } } } } }'
const FIND =
  'query ($id: ID!) { document(id: $id) { __typename ... on Document { id used } ... on Rejection { code } } }'
const LINK =
  'query ($id: ID!) { documentLink(id: $id) { ... on DocumentLink { path expiresAt } ... on Rejection { code } } }'
const WITHDRAW = `mutation ($r: ID!, $id: ID!) { withdrawDocument(requestId: $r, id: $id) {
  ... on Document { state } ... on Rejection { code } } }`

const linkOf = async (who: string, id: string) => (await world.as(who, LINK, { id })).documentLink
const fetchBy = (path: string) => fileRequest(world, null, 'GET', path)
const idOf = (name: string): string => documents.get(name)?.id ?? ''

/** How often the bureau has followed a link to a document of the person. */
async function readings(): Promise<number> {
  const { rows } = await world.admin.query(
    "select count(*)::int as n from insured.access_log where subject = $1 and operation = 'documentContent' and role = 'staff'",
    [own.insuredId],
  )
  return rows[0].n as number
}

describe.each(EVERYBODY)('%s', (who) => {
  test('sees in the list, by id and by link the documents it has a right to, and no other', async () => {
    const { documents: listed } = await world.as(who, LIST)
    const ids: string[] = listed.edges.map((one: { node: { id: string } }) => one.node.id)
    for (const [name, { id, seenBy }] of documents) {
      const may = seenBy.includes(who)
      expect([name, ids.includes(id)]).toEqual([name, may])
      const { document } = await world.as(who, FIND, { id })
      expect([name, document.code ?? 'seen']).toEqual([name, may ? 'seen' : 'NOT_FOUND'])
      const link = await linkOf(who, id)
      expect([name, link.code ?? 'linked']).toEqual([name, may ? 'linked' : 'NOT_FOUND'])
      if (may) expect((await fetchBy(link.path)).status).toBe(200)
      else expect((await fileRequest(world, who, 'GET', `/files/${id}`)).status).toBe(404)
      expect((await fileRequest(world, who, 'HEAD', `/files/${id}`)).status).toBeOneOf([200, 404])
    }
  })
})

describe('an upload under way', () => {
  test('is nobody else’s to see, go on with or end', async () => {
    const { path } = await beginUpload(world, own.personNumber, {
      size: 100,
      metadata: { purpose: 'CLAIM', pool: '629900' },
    })
    for (const who of EVERYBODY.filter((one) => one !== own.personNumber)) {
      const tries = [
        await fileRequest(world, who, 'HEAD', path),
        await sendBytes(world, who, path, 0, Buffer.from('%PDF')),
        await fileRequest(world, who, 'DELETE', path),
      ]
      expect([who, ...tries.map((one) => one.status)]).toEqual([who, 404, 404, 404])
    }
    expect((await fileRequest(world, own.personNumber, 'HEAD', path)).status).toBe(200)
  })
})

describe('a link', () => {
  test('that was stolen dies within its minutes', async () => {
    const { path, expiresAt } = await linkOf(own.personNumber, idOf('of a person'))
    expect(Temporal.Instant.from(expiresAt).since(world.time.now).total('minutes')).toBeLessThanOrEqual(5)
    expect((await fetchBy(path)).status).toBe(200)
    const before = world.time.now
    world.time.now = before.add({ minutes: 5 })
    const late = await fetchBy(path)
    expect([late.status, late.code]).toEqual([404, 'NOT_FOUND'])
    world.time.now = before
  })

  test('opens its own document only, unchanged', async () => {
    const { path } = await linkOf(own.personNumber, idOf('of a person'))
    const token = path.split('link=')[1] ?? ''
    const another = idOf('by the bureau of a person')
    expect((await fetchBy(`/files/${another}?link=${token}`)).status).toBe(404)
    const turned = `${token.slice(0, -6)}${token.at(-6) === 'A' ? 'B' : 'A'}${token.slice(-5)}`
    expect((await fetchBy(`/files/${idOf('of a person')}?link=${turned}`)).status).toBe(404)
    expect((await fetchBy(`/files/${idOf('of a person')}?link=`)).status).toBe(404)
    expect((await fetchBy(`/files/${idOf('of a person')}`)).status).toBe(404)
  })

  test('stands in the log of the person for each time it is followed, before a byte leaves', async () => {
    const before = await readings()
    const { path } = await linkOf('clerk-629900', idOf('of a person'))
    await fetchBy(path)
    await fetchBy(path)
    expect(await readings()).toBe(before + 2)
  })

  test('dies when the document is withdrawn, which who uploaded it may do until a business names it', async () => {
    const { id } = await upload(world, own.personNumber, pdf('mine'), { purpose: 'CLAIM', pool: '629900' })
    const { path } = await linkOf('clerk-629900', id)
    expect((await world.as('clerk-629900', WITHDRAW, { r: 'w1', id })).withdrawDocument.code).toBe('NOT_YOUR_UPLOAD')
    expect((await world.as(HOSPITAL, WITHDRAW, { r: 'w1', id })).withdrawDocument.code).toBe('NOT_FOUND')
    expect((await world.as(own.personNumber, WITHDRAW, { r: 'w1', id })).withdrawDocument.state).toBe('WITHDRAWN')
    expect((await fetchBy(path)).status).toBe(404)
    expect((await linkOf(own.personNumber, id)).code).toBe('NOT_FOUND')
  })

  test('of a document a business names stays, and so does the document', async () => {
    const { id } = await upload(world, own.personNumber, pdf('used'), { purpose: 'CLAIM', pool: '629900' })
    const use = (purpose: string) =>
      world.platform.databases.settlement.orm.transaction((tx) =>
        useDocument(tx, { documentId: id, purpose, by: 'claim:1', at: world.time.now }),
      )
    expect(await use('FILING')).toBe(false)
    expect(await use('CLAIM')).toBe(true)
    expect((await world.as(own.personNumber, WITHDRAW, { r: 'w2', id })).withdrawDocument.code).toBe('DOCUMENT_USED')
    expect((await world.as(own.personNumber, FIND, { id })).document.used).toBe(true)
  })
})
