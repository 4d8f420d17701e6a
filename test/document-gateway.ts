import { takeNotices } from '@yibao/insured/commands/message'
import { notify } from '@yibao/drizzle/notify'
import { csv } from './document-content.ts'
import { beginUpload, pdf, sendBytes, upload } from './document-world.ts'
import type { DemoPerson } from '../demo/persons.ts'
import type { World } from './world.ts'

const EMPLOYERS: Readonly<Record<string, string>> = { '629900': 'employer-629900', '620100': 'employer-620100' }
const CODES: Readonly<Record<string, string>> = { '629900': '91629900DEM000001P', '620100': '91620100DEM0000022' }
const CHANNELS: Readonly<Record<string, string>> = { '629900': 'BANK01', '620100': 'TAX62' }
const CHOOSE = `mutation ($r: ID!) { setPreference(requestId: $r, kind: "GENERAL", sms: false, push: true) {
  ... on NoticeSettings { push } } }`
const CONTACT = `mutation ($r: ID!) { setContact(requestId: $r, phone: "13812345678") { ... on NoticeSettings { phone } } }`
const WITHDRAW = `mutation ($r: ID!, $id: ID!) { withdrawDocument(requestId: $r, id: $id) { ... on Document { state } } }`

interface Place {
  readonly institution: string
  readonly pool: string
  readonly person: DemoPerson
}

/** Documents of everybody, one of them under way and one withdrawn. */
export async function tellDocuments(world: World, { institution, pool, person }: Place): Promise<void> {
  const rows = csv(100)
  await upload(world, person.personNumber, pdf(), { purpose: 'CLAIM', pool })
  await upload(world, institution, rows, { purpose: 'RECONCILIATION', pool })
  await upload(world, EMPLOYERS[pool] ?? '', rows, { purpose: 'CONTRIBUTION', pool })
  await upload(world, CHANNELS[pool] ?? '', rows, { purpose: 'COLLECTION_FILE', pool })
  const { path } = await beginUpload(world, institution, { size: 100, metadata: { purpose: 'CATALOGUE', pool } })
  await sendBytes(world, institution, path, 0, rows.subarray(0, 10))
  const { id } = await upload(world, person.personNumber, pdf('wrong'), { purpose: 'CLAIM', pool })
  await world.as(person.personNumber, WITHDRAW, { r: 'withdraw-document', id })
}

/** Messages to everybody, and how they want to be told. */
export async function tellMessages(world: World, { institution, pool, person }: Place): Promise<void> {
  const { databases } = world.platform
  const everybody = [
    { kind: 'person', insuredId: person.insuredId },
    { kind: 'institution', institution },
    { kind: 'staff', pool },
    { kind: 'employer', employer: CODES[pool] ?? '' },
  ] as const
  await databases.settlement.orm.transaction(async (tx) => {
    for (const to of everybody) {
      const notice = {
        to,
        template: 'notice.undelivered',
        data: { day: '2026-11-22' },
        at: world.time.now,
        key: 'story',
      }
      await notify(tx, 'settlement', notice)
    }
  })
  for (const who of [person.personNumber, institution, EMPLOYERS[pool] ?? '']) {
    await world.as(who, CHOOSE, { r: 'choose-channel' })
    await world.as(who, CONTACT, { r: 'set-contact' })
  }
  const { keys: secrets, time } = world
  await takeNotices({ db: databases.insured, secrets, clock: () => time.now, carriers: {} }, undefined)
}
