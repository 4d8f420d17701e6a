import { join } from 'node:path'
import { keepDocument } from '@yibao/documents/keep-document'
import { openStorage } from '@yibao/documents/storage'
import { gatherMappingUse } from '@yibao/institutions/commands/mapping-use'
import type { World } from './world.ts'

const UPLOAD = `mutation ($mappings: [MappingInput!]!) { uploadMappings(requestId: "map", mappings: $mappings) {
  ... on MappingUpload { results { outcome } } ... on Rejection { code } } }`
const MAPPINGS = `mutation ($document: ID!) { importMappings(requestId: "file", document: $document) {
  __typename ... on Rejection { code } } }`
const CATALOGUE = `mutation ($document: ID!) { importCatalogue(requestId: "file", document: $document, kind: CATALOGUE) {
  __typename ... on Rejection { code } } }`

interface Imports {
  readonly institution: string
  readonly clerk: string
  readonly pool: string
}

/** A file of a bureau, one of an institution, own codes said by hand, and those that stand in bills. */
export async function tellImports(world: World, { institution, clerk, pool }: Imports): Promise<void> {
  const { institutions: db } = world.platform.databases
  const storage = await openStorage({ kind: 'folder', folder: join(world.dataDir, 'documents') }, world.keys)
  async function upload(text: string, of: string | null): Promise<string> {
    const content = [Buffer.from(text)]
    const about = { purpose: 'CATALOGUE', name: 'list.csv', type: 'text/csv', pool, institution: of, by: 'test' }
    const size = Buffer.byteLength(text)
    const kept = await keepDocument(storage, 'institutions', { ...about, content, size, at: world.time.now })
    await db.orm.transaction((tx) => kept.add(tx))
    return kept.documentId
  }
  const mappings = ['ZC0102', 'CT0011'].map((ownCode) => ({ ownCode, name: '项目', beginOn: '2026-01-01' }))
  await world.as(institution, UPLOAD, { mappings })
  await world.as(institution, MAPPINGS, { document: await upload('院内编码,院内名称,开始日期\n', institution) })
  await world.as(clerk, CATALOGUE, { document: await upload('编码,名称,甲乙丙,开始日期\n', null) })
  await gatherMappingUse({ db, clock: () => world.time.now })
}
