import { notify } from '@yibao/drizzle/notify'
import { takeNotices } from '@yibao/insured/commands/message'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { pdf, upload } from './document-world.ts'
import { fresh } from './enrolment-gateway.ts'
import { merge } from './merge-gateway.ts'
import { CERTIFY, CHECK_CERTIFICATE, CHOOSE, END_CHOICE, HELD, REGISTER_MATERNITY } from './registration-asking.ts'
import { DECODE } from './voucher-gateway.ts'
import { ISSUE_RECORD, REGISTER_DISEASE, END_REGISTRATION } from './world-queries.ts'
import { openWorld, type Data, type World, type WorldPerson } from './world.ts'

// What is kept of a person under a record that was merged stays as it is and is theirs: they see it, may end it, and it
// counts where something is limited.

const [HOSPITAL, OTHER, CLERK] = ['H62990000001', 'H62010000001', 'clerk-629900']
let world: World
beforeAll(async () => {
  world = await openWorld()
})
afterAll(() => world.close())

interface Pair {
  readonly from: WorldPerson
  readonly into: WorldPerson
}
const employee = { pool: '629900', insuranceType: '310', personType: '1101' }

/** A woman with a record of now, which is given up, and an older one. */
async function twoRecords(): Promise<Pair> {
  const born = { sex: '2', birthDate: '1992-03-04' } as const
  return {
    from: await world.addPerson({ ...born, enrolments: [{ ...employee, beginOn: '2026-11-01' }] }),
    into: await world.addPerson({
      ...born,
      enrolments: [{ ...employee, beginOn: '2020-01-01', endOn: '2026-10-31' }],
    }),
  }
}
const mergeBoth = ({ from, into }: Pair) => merge(world, CLERK, { from: from.insuredId, into: into.insuredId })
const say = async (who: string, query: string, variables: object = {}): Promise<Data> =>
  Object.values(await world.as(who, query, { requestId: fresh('q'), ...variables }))[0]
const heldBy = (who: string, id: string): Promise<Data> =>
  say(who, `query ($id: ID!) { insured(id: $id) { ... on Insured ${HELD} } }`, { id })
const me = async ({ personNumber }: WorldPerson, fields: string): Promise<Data> =>
  (await world.as(personNumber, `{ me { ${fields} } }`)).me

test('where they chose to be treated holds on, counts for the limits, and is ended by the person', async () => {
  const pair = await twoRecords()
  const choose = (who: WorldPerson, institution: string) =>
    say(who.personNumber, CHOOSE, { input: { institution, beginOn: '2026-11-22' } })
  const chosen = await choose(pair.from, HOSPITAL)
  expect(chosen).toMatchObject({ __typename: 'ChosenInstitution' })
  await mergeBoth(pair)
  for (const who of [pair.into.personNumber, CLERK, 'auditor']) {
    const { chosenInstitutions } = await heldBy(who, pair.from.insuredId)
    expect(chosenInstitutions).toMatchObject([{ id: chosen.id, isInForce: true }])
  }
  expect(await choose(pair.into, HOSPITAL)).toMatchObject({ problems: [{ code: 'CHOSEN_ALREADY' }] })
  expect(await say(OTHER, END_CHOICE, { id: chosen.id, reason: '迁居' })).toMatchObject({ code: 'NOT_FOUND' })
  expect(await say(pair.into.personNumber, END_CHOICE, { id: chosen.id, reason: '迁居' })).toMatchObject({
    id: chosen.id,
    isInForce: false,
  })
})

const expectBirth = ({ insuredId }: WorldPerson) => {
  const terms = { expectedOn: '2027-06-06', weeks: 12, birthType: 'NATURAL' }
  return say(CLERK, REGISTER_MATERNITY, { input: { insuredId, ...terms } })
}

test('a registration for maternity care holds on, and a second one beside it is refused', async () => {
  const pair = await twoRecords()
  const { id } = await expectBirth(pair.from)
  await mergeBoth(pair)
  expect(await me(pair.into, HELD.slice(1, -1))).toMatchObject({ maternityRegistrations: [{ id, isInForce: true }] })
  expect(await expectBirth(pair.into)).toMatchObject({ problems: [{ code: 'REGISTRATION_OVERLAP' }] })
})

test('a certificate for who has no card stays good and shows the record that goes on', async () => {
  const pair = await twoRecords()
  const input = { identityNumber: pair.from.identityNumber, name: '故事人物', reason: '急诊送入，未带证件' }
  const { code } = await say(HOSPITAL, CERTIFY, { input })
  expect(await mergeBoth(pair)).toMatchObject({ __typename: 'Insured' })
  expect(await say(HOSPITAL, CHECK_CERTIFICATE, { code })).toMatchObject({ state: 'VALID' })
  const { token } = await say(HOSPITAL, DECODE, { code, purpose: 'REGISTRATION' })
  const query = `query ($credential: CredentialInput!) { insuredByCredential(credential: $credential) { ... on Insured { id } } }`
  expect(await say(HOSPITAL, query, { credential: { kind: 'E_VOUCHER', value: token } })).toEqual({
    id: pair.into.insuredId,
  })
  expect((await me(pair.into, HELD.slice(1, -1))).noCardCertificates).toHaveLength(1)
})

test('documents and messages are in the sight of the person, and what is said to the old record later as well', async () => {
  const pair = await twoRecords()
  const { id } = await upload(world, pair.from.personNumber, pdf(), { purpose: 'CLAIM', pool: '629900' })
  const tell = async (key: string) => {
    const to = { kind: 'person', insuredId: pair.from.insuredId } as const
    const notice = { to, template: 'notice.undelivered', data: { day: '2026-11-22' }, at: world.time.now, key }
    await world.platform.databases.settlement.orm.transaction((tx) => notify(tx, 'settlement', notice))
    const db = world.platform.databases.insured
    await takeNotices({ db, secrets: world.keys, clock: () => world.time.now, carriers: {} }, undefined)
  }
  const contact = `mutation ($requestId: ID!) { setContact(requestId: $requestId, phone: "13812345678") { ... on NoticeSettings { phone } } }`
  const prefer = `mutation ($requestId: ID!) { setPreference(requestId: $requestId, kind: "GENERAL", sms: false, push: true) {
    ... on NoticeSettings { phone } } }`
  await say(pair.from.personNumber, contact)
  await say(pair.from.personNumber, prefer)
  const messages = async () =>
    (
      await world.as(
        pair.into.personNumber,
        '{ messages { ... on MessageConnection { edges { node { id template } } } } }',
      )
    ).messages.edges
  await tell('before')
  const before = (await messages()).length
  expect(before).toBe(0)
  await mergeBoth(pair)
  const seen = await messages()
  expect(seen.length).toBeGreaterThan(0)
  await tell('after')
  const all = await messages()
  expect(all.length).toBeGreaterThan(seen.length)
  const settings = '{ noticeSettings { phone preferences { kind sms } } }'
  const { noticeSettings } = await world.as(pair.into.personNumber, settings)
  expect(noticeSettings.phone).toBe('138********')
  expect(noticeSettings.preferences).toContainEqual({ kind: 'GENERAL', sms: false })
  const read = 'mutation ($requestId: ID!, $ids: [ID!]!) { markRead(requestId: $requestId, ids: $ids) { __typename } }'
  const wanted = all.map(({ node }: Data) => node.id)
  expect(await say(pair.into.personNumber, read, { ids: wanted })).toEqual({ __typename: 'MessageReading' })
  for (const insuredId of [pair.into.insuredId, pair.from.insuredId]) {
    const list = `query ($insuredId: ID!) { documents(insuredId: $insuredId) { ... on DocumentConnection { edges { node { id } } } } }`
    expect(await say(pair.into.personNumber, list, { insuredId })).toMatchObject({ edges: [{ node: { id } }] })
  }
  const link = 'query ($id: ID!) { documentLink(id: $id) { ... on DocumentLink { path } } }'
  const { path } = await say(pair.into.personNumber, link, { id })
  expect((await fetch(`${world.address}${path}`)).status).toBe(200)
  const stranger = await world.addPerson({ enrolments: [{ ...employee, beginOn: '2026-11-01' }] })
  expect(await say(stranger.personNumber, link, { id })).toEqual({})
})

test('records of rights that were issued before are still there, beside one that tells of both', async () => {
  const pair = await twoRecords()
  const { id } = await say(pair.from.personNumber, ISSUE_RECORD, { year: 2026 })
  await mergeBoth(pair)
  const fields = 'rightsRecords { ... on RightsRecordConnection { edges { node { id } } } }'
  expect((await me(pair.into, fields)).rightsRecords.edges).toEqual([{ node: { id } }])
  await say(pair.into.personNumber, ISSUE_RECORD, { year: 2026 })
  expect((await me(pair.into, fields)).rightsRecords.edges).toHaveLength(2)
})

test('a disease registration that went over is ended by its id', async () => {
  const pair = await twoRecords()
  const disease = { disease: 'M03900', name: '高血压', kind: 'CHRONIC', beginOn: '2026-11-22' }
  const by = { certifiedBy: HOSPITAL, certifiedOn: '2026-11-20', doctorCode: 'D629900000101', doctorName: '甲医师' }
  const input = { insuredId: pair.from.insuredId, insuranceType: '310', ...disease, ...by }
  const { id: registrationId } = await say(CLERK, REGISTER_DISEASE, { input })
  await mergeBoth(pair)
  const end = { registrationId, endOn: '2026-12-31', reason: '治愈' }
  expect(await say(CLERK, END_REGISTRATION, end)).toMatchObject({ state: 'IN_FORCE', endOn: '2026-12-31' })
  expect(await me(pair.into, 'registrations { id endOn }')).toEqual({
    registrations: [{ id: registrationId, endOn: '2026-12-31' }],
  })
})

test('when the record that goes on is merged again, all of it follows to the last one', async () => {
  const pair = await twoRecords()
  const { id } = await upload(world, pair.from.personNumber, pdf(), { purpose: 'CLAIM', pool: '629900' })
  await say(pair.from.personNumber, CHOOSE, { input: { institution: HOSPITAL, beginOn: '2026-11-22' } })
  const born = { sex: '2', birthDate: '1992-03-04' } as const
  const old = { ...employee, beginOn: '2015-01-01', endOn: '2019-12-31' }
  const last = await world.addPerson({ ...born, enrolments: [old] })
  await mergeBoth(pair)
  await mergeBoth({ from: pair.into, into: last })
  expect((await me(last, HELD.slice(1, -1))).chosenInstitutions).toHaveLength(1)
  const seen = 'query ($id: ID!) { document(id: $id) { ... on Document { id } } }'
  expect(await say(last.personNumber, seen, { id })).toEqual({ id })
})
