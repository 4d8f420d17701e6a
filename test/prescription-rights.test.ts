import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import {
  issue,
  pharmacy,
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
    const query = `{ signingKeys(institution: "${HOSPITAL}") { kid algorithm jwk } }`
    const { signingKeys } = await world.ask<{ signingKeys: { kid: string; jwk: string }[] }>(pharmacy(), query)
    expect(signingKeys.map((one) => one.kid)).toContain('hospital-2026')
    expect(JSON.parse(signingKeys[0]?.jwk ?? '')).not.toHaveProperty('d')
  })
})
