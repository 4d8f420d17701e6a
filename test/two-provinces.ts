import { randomUUID, type KeyObject } from 'node:crypto'
import { registerPartner } from '@yibao/cross-province/commands/partner'
import { creditCodeCheck } from '@yibao/schema/credit-code'
import { VOUCHER } from './world-queries.ts'
import { demoPerson, openWorld, type Data, type World } from './world.ts'

// Two platforms that know each other and speak over HTTP: a person insured in Gansu is treated in Sichuan.

export const HOSPITAL = 'H51010000001'
export const OTHER_HOSPITAL = 'H51010000002'
export const GANSU_POOL = '629900'
export const PERSON = demoPerson(GANSU_POOL, 'retired')

const hospital = (code: string, number: string) => {
  const first17 = `12510100DEM0000${number}`
  const creditCode = `${first17}${creditCodeCheck(first17)}`
  const agreement = { pool: '510100', agreedFrom: '2023-01-01' }
  return {
    code,
    name: `成都示范医院${number}`,
    level: 'LEVEL_3',
    type: 'GENERAL_HOSPITAL',
    creditCode,
    ...agreement,
  } as const
}

const publicJwk = (key: KeyObject) => JSON.stringify(key.export({ format: 'jwk' }))
const ALWAYS = Temporal.Instant.from('2026-01-01T00:00:00Z')

/** Registers the platform of a province, as `npm run partner` does. */
export const introduce = (to: World, other: World, province: string, url = other.address) =>
  registerPartner(
    to.platform.databases.crossProvince.hot,
    { province, name: province, url, key: publicJwk(other.keys.exchange.publicKey) },
    ALWAYS,
  )

export async function openTwoProvinces() {
  const [sichuan, gansu] = await Promise.all([
    openWorld({ province: '51', institutions: [hospital(HOSPITAL, '01'), hospital(OTHER_HOSPITAL, '02')] }),
    openWorld({ province: '62' }),
  ])
  await introduce(sichuan, gansu, '62')
  await introduce(gansu, sichuan, '51')
  return {
    sichuan,
    gansu,
    /** Does something while the platform of Gansu does not answer. */
    async whileGansuIsDown<T>(work: () => Promise<T>): Promise<T> {
      await introduce(sichuan, gansu, '62', 'http://127.0.0.1:9')
      try {
        return await work()
      } finally {
        await introduce(sichuan, gansu, '62')
      }
    },
    /** The code on the phone of the person. */
    async code(person: { readonly personNumber: string } = PERSON): Promise<string> {
      const { issueVoucher } = await gansu.as(person.personNumber, VOUCHER, { requestId: randomUUID() })
      return issueVoucher.code
    },
    close: () => Promise.all([sichuan.close(), gansu.close()]),
  }
}

export type TwoProvinces = Awaited<ReturnType<typeof openTwoProvinces>>

const REJECTION = '... on Rejection { code retryable message { zh en } problems { path code message { zh en } } }'
export const ELSEWHERE = `id insuredPool personNumber name identityMasked isFiled advice { zh en }
  enrolments { pool insuranceType personType standing { state reason { zh en } } }
  filings { type destination beginOn endOn } diseases { disease name kind } accumulators { name period amount }`

export const SHOW = `query ($credential: CredentialInput!, $insuredPool: String, $details: [ElsewhereDetail!]) {
  insuredByCredential(credential: $credential, insuredPool: $insuredPool, details: $details) {
    __typename ... on InsuredElsewhere { ${ELSEWHERE} } ... on Insured { id name enrolments { pool } } ${REJECTION}
  }
}`

export const DECODE = `mutation ($requestId: ID!, $code: String!, $purpose: VoucherPurpose!, $insuredPool: String) {
  decodeVoucher(requestId: $requestId, code: $code, purpose: $purpose, insuredPool: $insuredPool) {
    __typename ... on VisitTokenElsewhere { token expiresAt purpose insured { ${ELSEWHERE} } }
    ... on VisitToken { token insured { id } } ${REJECTION}
  }
}`

/** What an institution of Sichuan asks. */
export const asking =
  ({ sichuan }: Pick<TwoProvinces, 'sichuan'>) =>
  async (query: string, variables: object, at: string = HOSPITAL): Promise<Data> => {
    const data = await sichuan.as(at, query, { insuredPool: GANSU_POOL, ...variables })
    return Object.values(data)[0]
  }
