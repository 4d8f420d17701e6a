import { join } from 'node:path'
import { keepDocument } from '@yibao/documents/keep-document'
import { openStorage } from '@yibao/documents/storage'
import { collectWebhookEvents } from '@yibao/institutions/commands/webhook-send'
import { gatherMappingUse } from '@yibao/institutions/commands/mapping-use'
import { newClientKey, publicHalf } from '@yibao/schema/keys'
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
  // What was settled this very moment is looked at from the next on.
  await gatherMappingUse({ db, clock: () => world.time.now.add({ minutes: 1 }) })
}

const REGISTER = `mutation ($jwk: String!) { registerPartnerKey(requestId: "key", jwk: $jwk, label: "server") {
  __typename ... on Rejection { code } } }`
const WEBHOOK = `mutation { createWebhook(requestId: "hook", url: "https://his.hospital.example/hooks", kinds: [KEY_EXPIRING]) {
  __typename ... on Rejection { code } } }`

/** Keys and addresses of systems of a hospital, an employer and a channel, and what waits to be sent there. */
export async function tellPartners(world: World, { institution, pool }: Omit<Imports, 'clerk'>): Promise<void> {
  const channel = pool === '629900' ? 'BANK01' : 'TAX62'
  const employer = `employer-${pool}`
  for (const name of [institution, channel]) {
    await world.as(name, REGISTER, { jwk: JSON.stringify(publicHalf(await newClientKey())) })
  }
  for (const name of [institution, channel, employer]) await world.as(name, WEBHOOK)
  const { institutions: db } = world.platform.databases
  await world.admin.query(
    `insert into institutions.outbox (id, topic, payload, at) select gen_random_uuid(), 'key.expiring', holder, $1
     from jsonb_array_elements($2::jsonb) as holder`,
    [world.time.now.toString(), JSON.stringify(holders(institution, channel, pool))],
  )
  await collectWebhookEvents({ db })
  // Nobody is there; the worker would write into the rows while they are looked at.
  await world.admin.query(`update institutions.webhook_delivery set state = 'GIVEN_UP', next_at = null`)
}

const EMPLOYERS: Readonly<Record<string, string>> = { '629900': '91629900DEM000001P', '620100': '91620100DEM0000022' }
const holders = (institution: string, channel: string, pool: string) => [
  { institution },
  { channel },
  { employer: EMPLOYERS[pool] },
]
