import { artificialIdentity } from '@yibao/insured/domain/artificial-identity'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import {
  issue,
  itemOf,
  newSigner,
  pharmacy,
  prescriptionOf,
  prescriptionWorld,
  refused,
  registerKey,
  show,
  signed,
  signedText,
  type PrescriptionWorld,
} from './prescription-world.ts'
import { HOSPITAL, hospital, OTHER_HOSPITAL } from './settle-world.ts'

let world: PrescriptionWorld
beforeAll(async () => {
  world = await prescriptionWorld()
})
afterAll(() => world.close())

describe('the signature', () => {
  test('by a P-256 key counts like one by Ed25519', async () => {
    const other = await newSigner('p-256', 'ES256')
    expect(await registerKey(world, other)).toMatchObject({ __typename: 'SigningKey', kid: 'p-256' })
    expect(await issue(world, { patient: world.patient, signer: other })).toMatchObject({ signature: { valid: true } })
  })

  test('that is missing, broken, by an unknown or a foreign key is refused, and nothing is issued', async () => {
    const foreign = await newSigner('hospital-2026')
    const elsewhere = await newSigner('elsewhere')
    await registerKey(world, elsewhere, hospital(OTHER_HOSPITAL))
    const good = await signed(world.signer, {
      ...prescriptionOf(),
      institution: HOSPITAL,
      personNumber: world.patient.personNumber,
    })
    const [header = '', payload = '', end = ''] = good.split('.')
    const none = Buffer.from(JSON.stringify({ alg: 'none', kid: world.signer.kid })).toString('base64url')
    const cases: readonly [object, string][] = [
      [{ signature: null }, 'SIGNATURE_REQUIRED'],
      [{ signature: '' }, 'SIGNATURE_REQUIRED'],
      [{ signature: 'x' }, 'SIGNATURE_INVALID'],
      [{ signature: `${header}.${payload}.${end.slice(0, -4)}AAAA` }, 'SIGNATURE_INVALID'],
      [{ signature: `${none}.${payload}.` }, 'SIGNATURE_INVALID'],
      [{ signature: good }, 'SIGNATURE_MISMATCH'],
      [{ signer: foreign }, 'SIGNATURE_INVALID'],
      [{ signer: elsewhere }, 'SIGNING_KEY_UNKNOWN'],
      [{ content: { personNumber: 'another' } }, 'SIGNATURE_MISMATCH'],
      [{ content: { institution: OTHER_HOSPITAL } }, 'SIGNATURE_MISMATCH'],
      [{ content: { items: [itemOf({ quantity: '100' })] } }, 'SIGNATURE_MISMATCH'],
      [{ content: { remark: 'more than is sent' } }, 'SIGNATURE_MISMATCH'],
    ]
    for (const [change, code] of cases) {
      const answer = await issue(world, { patient: world.patient, signer: world.signer, ...change })
      expect(answer.problems, JSON.stringify(change)).toMatchObject([{ path: 'signature', code }])
    }
  })

  test('of more than is sent, wherever it stands, is refused and not kept', async () => {
    const input = prescriptionOf()
    const content = { ...input, institution: HOSPITAL, personNumber: world.patient.personNumber }
    const secret = '11010519491231002X'
    const [first] = content.diagnoses
    const json = JSON.stringify(content)
    const texts = [
      JSON.stringify({ ...content, doctor: { ...content.doctor, identity: secret } }),
      JSON.stringify({ ...content, diagnoses: [{ ...first, note: secret }] }),
      JSON.stringify({ ...content, items: [itemOf({ remark: secret })] }),
      json.replace('"doctor":{', `"doctor":{"name":"${secret}",`),
      json.replace('{', `{"ownNumber":"${secret}",`),
      json.replace('{', `{"own\\u004eumber":"${secret}",`),
      json.replace(/"days":(\d+)/, '"days":$1.000000000000000000110105'),
    ]
    for (const text of texts) {
      expect(text).not.toBe(json)
      const signature = await signedText(world.signer, text)
      const { problems } = await issue(world, { patient: world.patient, signer: world.signer, input, signature })
      expect(problems, text).toMatchObject([{ path: 'signature', code: 'SIGNATURE_MISMATCH' }])
    }
    const good = await signedText(world.signer, json)
    expect(await issue(world, { patient: world.patient, signer: world.signer, input, signature: good })).toMatchObject({
      signature: { valid: true },
    })
    const header = JSON.stringify({ alg: 'EdDSA', kid: world.signer.kid }).replace('{', '{"typ":"1","typ":"JOSE",')
    const signature = await signedText(world.signer, json, header)
    expect((await issue(world, { patient: world.patient, signer: world.signer, signature })).problems).toMatchObject([
      { code: 'SIGNATURE_INVALID' },
    ])
  })

  test('is of what was said, in whatever order and writing', async () => {
    const { ownNumber, ...rest } = prescriptionOf()
    const content = { ...rest, ownNumber, prescribedAt: '2026-11-22T00:00:00Z', items: [itemOf({ quantity: '10.0' })] }
    expect(
      await issue(world, { patient: world.patient, signer: world.signer, input: { ownNumber, ...rest }, content }),
    ).toMatchObject({
      __typename: 'Prescription',
    })
  })

  test('stays good when its key is retired, which signs nothing more', async () => {
    const old = await newSigner('old')
    await registerKey(world, old)
    const { number } = await issue(world, { patient: world.patient, signer: old })
    const retire = `mutation { retireSigningKey(requestId: "retire", kid: "old") { ... on SigningKey { retiredAt } } }`
    expect(await world.ask(hospital(), retire)).toMatchObject({ retireSigningKey: { retiredAt: expect.any(String) } })
    expect((await issue(world, { patient: world.patient, signer: old })).problems).toMatchObject([
      { code: 'SIGNING_KEY_UNKNOWN' },
    ])
    expect(await show(world, number, hospital())).toMatchObject({
      signature: { valid: true, key: { retiredAt: expect.any(String) } },
    })
  })

  test('that no longer fits what is stored is told', async () => {
    const { number, id } = await issue(world, { patient: world.patient, signer: world.signer })
    await world.admin.query(
      'update settlement.prescription_item set quantity = 20 * 10000 where prescription_id = $1',
      [id],
    )
    expect(await show(world, number, hospital())).toMatchObject({ signature: { valid: false } })
    await world.admin.query(
      'update settlement.prescription_item set quantity = 10 * 10000 where prescription_id = $1',
      [id],
    )
  })
})

describe('issuing', () => {
  test('names every fault at once', async () => {
    const bad = prescriptionOf({
      ownNumber: '',
      doctor: { code: 'N620900000001', name: '甲' },
      items: [itemOf({ quantity: '0', days: 0, dosage: '见 11010519491231002X' }), itemOf()],
      prescribedAt: '2026-11-22T12:00:00+08:00',
    })
    const { problems } = await issue(world, {
      patient: world.patient,
      signer: world.signer,
      input: bad,
      signature: null,
    })
    expect(problems.map(({ path, code }) => `${path} ${code}`).toSorted()).toEqual([
      'doctor.code MALFORMED',
      'items[0].days OUT_OF_RANGE',
      'items[0].dosage IDENTITY_IN_TEXT',
      'items[0].quantity OUT_OF_RANGE',
      'items[1].code DUPLICATE',
      'ownNumber REQUIRED',
      'prescribedAt IN_FUTURE',
      'signature SIGNATURE_REQUIRED',
    ])
  })

  test('is for hospitals, of drugs in the catalogue, under a number once, and once for each request', async () => {
    expect(await issue(world, { patient: world.patient, signer: world.signer, identity: pharmacy() })).toMatchObject({
      code: 'NOT_A_HOSPITAL',
    })
    const unknown = prescriptionOf({ items: [itemOf({ code: 'XZZZ' })] })
    expect(await issue(world, { patient: world.patient, signer: world.signer, input: unknown })).toMatchObject(
      refused('UNKNOWN_ITEM', 'items[0].code'),
    )
    const input = prescriptionOf()
    const content = { ...input, institution: HOSPITAL, personNumber: world.patient.personNumber }
    const signature = await signed(world.signer, content)
    const again = { patient: world.patient, signer: world.signer, input, signature, requestId: 'issued-once' }
    const first = await issue(world, again)
    expect(await issue(world, again)).toEqual(first)
    expect(await issue(world, { ...again, requestId: 'issued-twice' })).toMatchObject(
      refused('PRESCRIPTION_EXISTS', 'ownNumber'),
    )
    expect(
      await issue(world, { patient: world.patient, signer: world.signer, requestId: 'issued-once' }),
    ).toMatchObject({ code: 'REQUEST_REUSED' })
  })

  test('asks for a person who is insured and a hospital that is designated', async () => {
    const nobody = {
      ...world.patient,
      identityNumber: artificialIdentity('620900', Temporal.PlainDate.from('1950-01-01'), 1),
    }
    expect(await issue(world, { patient: nobody, signer: world.signer })).toMatchObject(
      refused('CREDENTIAL_UNKNOWN', 'credential.value'),
    )
    const ended = [
      { pool: '620900', insuranceType: '310', personType: '1101', beginOn: '2020-01-01', endOn: '2021-01-01' },
    ]
    const former = {
      ...(await world.addPerson(0, { personNumber: 'RXFORMER', enrolments: ended })),
      personNumber: 'RXFORMER',
    }
    expect(await issue(world, { patient: former, signer: world.signer })).toMatchObject({ code: 'NOT_COVERED' })
    await world.admin.query(`update institutions.agreement set status = 'SUSPENDED' where institution = $1`, [HOSPITAL])
    expect(await issue(world, { patient: world.patient, signer: world.signer })).toMatchObject({
      code: 'INSTITUTION_SUSPENDED',
    })
    await world.admin.query(`update institutions.agreement set status = 'ACTIVE' where institution = $1`, [HOSPITAL])
  })
})

describe('a key', () => {
  test('comes back under no other id and in no other form, once it was registered or retired', async () => {
    const { key } = world.signer
    const again = (change: object) =>
      registerKey(world, { ...world.signer, kid: next(), key: { ...key, kid: next(), ...change } })
    expect(await again({})).toMatchObject(refused('KEY_KNOWN', 'key.x'))
    const x = String(key['x'])
    // The last character holds two bits that nobody reads.
    const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'
    for (const other of [`${x}.`, `${x}=`, x.slice(0, -1) + letters[letters.indexOf(x.at(-1) ?? '') + 1]]) {
      expect(await again({ x: other })).toMatchObject({ __typename: 'InvalidInput', problems: [{ path: 'key.x' }] })
    }
  })

  test('is a public key of its curve, under an id of its own, and so many are in use at a time', async () => {
    const { key } = await newSigner('another')
    const p256 = (await newSigner('p-256-b', 'ES256')).key
    const register = (change: object) =>
      registerKey(world, { ...world.signer, kid: next(), key: { ...key, ...change } })
    expect(await register({ kid: 'hospital-2026' })).toMatchObject(refused('KEY_ID_TAKEN', 'key.kid'))
    for (const [change, path] of [
      [{ x: 'AAAA' }, 'key.x'],
      [{ crv: 'P-521' }, 'key.crv'],
      [{ kty: 'RSA' }, 'key.kty'],
      [{ ...p256, y: undefined }, 'key.y'],
      [{ ...p256, y: p256['x'] }, 'key.x'],
      [{ kid: 'with space' }, 'key.kid'],
    ] as const) {
      const answer = await register(change)
      expect(answer, path).toMatchObject({ __typename: 'InvalidInput', problems: [{ path }] })
    }
    const inUse = 'select count(*)::int as n from settlement.signing_key where institution = $1 and retired_at is null'
    const { rows } = await world.admin.query(inUse, [HOSPITAL])
    for (let i = rows[0].n; i < 20; i += 1) await registerKey(world, await newSigner(`more-${i}`))
    expect(await register({ kid: 'one-too-many' })).toMatchObject(refused('TOO_MANY_KEYS', 'key'))
  })
})

test('a request for a prescription has its outcome, and is not annulled like a bill', async () => {
  const { patient, signer } = world
  await issue(world, { patient, signer, requestId: 'has-outcome' })
  const OUTCOME = '{ outcome(requestId: "has-outcome") { ... on Outcome { state settlement { id } } } }'
  expect(await world.ask(hospital(), OUTCOME)).toEqual({ outcome: { state: 'COMMITTED', settlement: null } })
  const ANNUL = `mutation { annul(requestId: "annul-it", target: "has-outcome") { ... on Rejection { code } } }`
  expect(await world.ask(hospital(), ANNUL)).toEqual({ annul: { code: 'TARGET_NOT_A_SETTLEMENT' } })
})

let keys = 0
const next = () => `key-${(keys += 1)}`
