import { artificialIdentity } from '@yibao/insured/domain/artificial-identity'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import {
  issue,
  itemOf,
  pharmacy,
  prescriptionOf,
  prescriptionWorld,
  review,
  revoke,
  show,
  type PrescriptionWorld,
} from './prescription-world.ts'
import { auditor, HOSPITAL, hospital, OTHER_HOSPITAL, OTHER_PHARMACY, personOf, staff } from './settle-world.ts'

let world: PrescriptionWorld
beforeAll(async () => {
  world = await prescriptionWorld()
})
afterAll(() => world.close())

describe('who sees a prescription', () => {
  let number: string
  beforeAll(async () => {
    number = (await issue(world, { patient: world.patient, signer: world.signer })).number
  })
  const seen = { __typename: 'Prescription' }
  const unseen = { __typename: 'NotFound' }

  test('the hospital that issued it, the person, staff of the pool and the auditor, by number', async () => {
    for (const who of [hospital(), personOf(world.patient.insuredId), staff(), auditor])
      expect(await show(world, number, who), who.kind).toMatchObject(seen)
    const stranger = await world.newPatient()
    for (const who of [hospital(OTHER_HOSPITAL), personOf(stranger.insuredId), staff('620100'), pharmacy()])
      expect(await show(world, number, who), who.kind).toMatchObject(unseen)
  })

  test('a pharmacy that is shown the person’s credential, on that day, and no other person’s', async () => {
    expect(await show(world, number, pharmacy(), await world.newPatient())).toMatchObject(unseen)
    expect(await show(world, number, pharmacy())).toMatchObject(unseen)
    expect(await show(world, number, pharmacy(), world.patient)).toMatchObject({
      ...seen,
      items: [{ left: '10.0000' }],
    })
    expect(await show(world, number, pharmacy())).toMatchObject(seen)
    expect(await show(world, number, pharmacy(OTHER_PHARMACY))).toMatchObject(unseen)
    const { now } = world.time
    world.time.now = now.add({ hours: 24 })
    expect(await show(world, number, pharmacy())).toMatchObject(unseen)
    world.time.now = now
    expect(await review(world, number, await world.newPatient())).toMatchObject(unseen)
    expect(await revoke(world, number, hospital(OTHER_HOSPITAL))).toMatchObject(unseen)
  })

  test('a pharmacy is not told who else reviewed or dispensed', async () => {
    const mine = await world.issued()
    await world.dispense(mine, 4)
    const answer = await review(world, mine, world.patient, { identity: pharmacy(OTHER_PHARMACY) })
    expect(answer).toMatchObject({
      items: [{ left: '6.0000' }],
      dispensings: [],
      reviews: [{ institutionCode: OTHER_PHARMACY }],
    })
  })

  test('lists hold what concerns who asks', async () => {
    const list = '... on PrescriptionConnection { edges { node { number institutionCode } } pageInfo { hasNextPage } }'
    const query = `{ prescriptions(first: 100) { ${list} } }`
    type Edges = { edges: { node: { number: string } }[] }
    const numbers = async (who: Parameters<typeof show>[2]) => {
      const { prescriptions } = await world.ask<{ prescriptions: Edges }>(who, query)
      return prescriptions.edges.map(({ node }) => node.number)
    }
    for (const who of [hospital(), personOf(world.patient.insuredId), staff(), auditor])
      expect(await numbers(who), who.kind).toContain(number)
    const stranger = await world.newPatient()
    for (const who of [hospital(OTHER_HOSPITAL), pharmacy(), personOf(stranger.insuredId), staff('620100')])
      expect(await numbers(who), who.kind).toEqual([])
    const entity = `query ($of: [_Any!]!) { _entities(representations: $of) { ... on Insured { prescriptions(first: 1) { ${list} } } } }`
    const of = [{ __typename: 'Insured', id: world.patient.insuredId }]
    const own = await world.ask<{ _entities: object[] }>(personOf(world.patient.insuredId), entity, { of })
    expect(own._entities).toMatchObject([{ prescriptions: { pageInfo: { hasNextPage: true } } }])
    const others = await world.ask<{ _entities: object[] }>(personOf(stranger.insuredId), entity, { of })
    expect(others._entities).toEqual([{ prescriptions: { edges: [], pageInfo: { hasNextPage: false } } }])
  })

  test('whoever has signed in gets the public keys of an institution', async () => {
    const query = `{ signingKeys(institution: "${HOSPITAL}") { ... on SigningKeyConnection { edges { node { kid algorithm jwk } } } } }`
    const { signingKeys } = await world.ask<{ signingKeys: { edges: { node: { kid: string; jwk: string } }[] } }>(
      pharmacy(),
      query,
    )
    expect(signingKeys.edges.map(({ node }) => node.kid)).toContain('hospital-2026')
    expect(JSON.parse(signingKeys.edges[0]?.node.jwk ?? '')).not.toHaveProperty('d')
  })
})

describe('whoever tries out numbers', () => {
  test('is told nothing of a credential that is not the person’s, and is counted', async () => {
    const { number } = await issue(world, { patient: world.patient, signer: world.signer })
    const [somebody, nobody] = [await world.newPatient(), { ...world.patient, identityNumber: NOBODY }]
    const at = pharmacy(OTHER_PHARMACY)
    const answers = [await show(world, number, at, somebody), await show(world, number, at, nobody)]
    expect(answers[0]).toEqual(answers[1])
    expect(answers[0]).toMatchObject({ __typename: 'NotFound' })
    expect(await show(world, UNKNOWN, at, world.patient)).toEqual(answers[0])
    const reviews = [await review(world, number, somebody, { identity: at }), await review(world, UNKNOWN, nobody)]
    expect(reviews[0]).toEqual(reviews[1])
    const count = `select count from settlement.unknown_credential where institution = '${OTHER_PHARMACY}'`
    expect((await world.admin.query(count)).rows).toEqual([{ count: 3 }])
    await world.admin.query('update settlement.unknown_credential set count = 200')
    const code = 'TOO_MANY_UNKNOWN_CREDENTIALS'
    expect(await show(world, number, at, world.patient)).toMatchObject({ code })
    expect(await review(world, number, world.patient, { identity: at })).toMatchObject({ code, retryable: true })
  })

  test('with texts no database keeps is told that they are wrong or not found', async () => {
    const { number } = await issue(world, { patient: world.patient, signer: world.signer })
    for (const [i, strange] of STRANGE.entries()) {
      const wrong = expect.stringMatching(/^(NotFound|InvalidInput|NotAllowed)$/)
      const somebody = { code: strange, name: strange }
      const prescribed = [
        { ownNumber: strange },
        { doctor: somebody },
        { diagnoses: [{ code: strange, name: strange }] },
        { items: [itemOf({ code: strange })] },
        { items: [itemOf({ specification: strange, unit: strange, dosage: strange, quantity: strange })] },
        { prescribedAt: strange },
      ]
      const { patient, signer } = world
      const answers = [
        ...(await Promise.all(prescribed.map((one) => issue(world, { patient, signer, input: prescriptionOf(one) })))),
        await issue(world, { patient, signer, signature: strange }),
        await issue(world, { patient, signer, content: { remark: strange } }),
        await review(world, number, patient, { reason: strange }),
        await review(world, number, patient, { pharmacist: somebody }),
        await review(world, strange, patient),
        await revoke(world, strange),
        await show(world, strange, hospital()),
        await show(world, number, pharmacy(), { ...patient, identityNumber: strange }),
        await world.dispense(strange),
        await world.dispense(null, 4, { traceCodes: [strange] }),
      ]
      expect(answers.map((one) => one.__typename)).toEqual(answers.map(() => wrong))
      const list =
        'query ($t: String!) { signingKeys(institution: $t) { ... on SigningKeyConnection { edges { node { kid } } } } prescriptions(after: $t) { __typename } }'
      expect(await world.ask(hospital(), list, { t: strange })).toMatchObject({
        signingKeys: { edges: [] },
        prescriptions: { __typename: 'InvalidInput' },
      })
      const retire = `mutation ($t: String!, $id: ID!) { retireSigningKey(requestId: $id, kid: $t) { __typename } }`
      const { retireSigningKey } = await world.ask<{ retireSigningKey: object }>(hospital(), retire, {
        t: strange,
        id: `retire-${i}`,
      })
      expect(retireSigningKey).toMatchObject({ __typename: 'NotFound' })
    }
    expect(world.errors.filter((one) => 'err' in one)).toEqual([])
  })
})

const STRANGE = ['\u0000', 'a\u0000b', '\ud800', 'a\udc00b']
const NOBODY = artificialIdentity('620900', Temporal.PlainDate.from('1950-01-01'), 1)
/** A number of no prescription. */
const UNKNOWN = '01J0000000000000000000000A'
