import { randomUUID } from 'node:crypto'
import { tellStays } from '@yibao/cross-province/commands/tell-stays'
import { asking, GANSU_POOL, HOSPITAL, SHOW, type TwoProvinces } from './two-provinces.ts'
import type { Data, WorldPerson } from './world.ts'

export const REJECTION =
  '... on Rejection { code retryable message { zh en } problems { path code message { zh en } } }'
const STAY = `id visit insuredPool insuredId careType department diagnoses { code name } admittedAt dischargedAt dischargeWay
  state isRecorded notices { id type state attempts code reason { zh en } nextAt answeredAt }`
type Verb = 'Admission' | 'Change' | 'Discharge'
const MUTATION = { Admission: 'announceAdmission', Change: 'announceChange', Discharge: 'announceDischarge' } as const
export const announcing = (verb: Verb) => `mutation ($requestId: ID!, $input: Announce${verb}Input!) {
  ${MUTATION[verb]}(requestId: $requestId, input: $input) { __typename ... on IncomingStay { ${STAY} } ${REJECTION} }
}`
export const STAYS = `query ($state: StayState, $visit: String, $unrecorded: Boolean) {
  incomingStays(state: $state, visit: $visit, unrecorded: $unrecorded) {
    ... on IncomingStayConnection { edges { node { ${STAY} } } } ${REJECTION}
  }
}`
const MINE = `{ me { id staysElsewhere { id pool province institution institutionName visit careType diagnoses { code name }
  admittedAt dischargedAt dischargeWay state } } }`

export const ADMITTED = '2026-11-21T09:30:00+08:00'
export const DISCHARGED = '2026-11-22T09:00:00+08:00'
export const PNEUMONIA = { code: 'J18.900', name: '肺炎' }
const ENROLMENT = { insuranceType: '310', personType: '1101', civilServant: false, beginOn: '2020-01-01' }

let visits = 0
export const nextVisit = () => `ZY${String((visits += 1)).padStart(6, '0')}`

/** An admission of a person of Gansu. */
export const admission = ({ insuredId }: WorldPerson, more: object = {}) => ({
  insuredPool: GANSU_POOL,
  insuredId,
  visit: nextVisit(),
  careType: '21',
  begin: ADMITTED,
  department: 'A03',
  diagnoses: [PNEUMONIA],
  ...more,
})

/** What hospitals of Sichuan announce, and what is seen of it. */
export function staysOf({ sichuan, gansu }: TwoProvinces) {
  const ask = asking({ sichuan })
  /** Somebody of Gansu whom no hospital has seen. */
  const stranger = () => gansu.addPerson({ enrolments: [{ pool: GANSU_POOL, ...ENROLMENT }] })
  const showCard = ({ cardNumber }: WorldPerson): Promise<Data> =>
    ask(SHOW, { credential: { kind: 'SOCIAL_SECURITY_CARD', value: cardNumber } })
  return {
    stranger,
    showCard,
    announce: (verb: Verb, input: object, at?: string, requestId: string = randomUUID()) =>
      ask(announcing(verb), { requestId, input }, at),
    /** A person of Gansu whose card the hospital has been shown. */
    async patient(): Promise<WorldPerson> {
      const person = await stranger()
      await showCard(person)
      return person
    },
    async stayOf(visit: string): Promise<Data> {
      const data = await sichuan.as(HOSPITAL, STAYS, { visit })
      return data.incomingStays.edges[0]?.node
    },
    /** What the person sees at home. */
    async mine({ personNumber }: WorldPerson): Promise<Data[]> {
      return (await gansu.as(personNumber, MINE)).me.staysElsewhere
    },
    /** What the hospital is told of a visit, by template. */
    async toldOf(visit: string): Promise<string[]> {
      const { rows } = await sichuan.admin.query(
        `select payload->>'template' as template from cross_province.outbox
         where topic = 'message.wanted' and payload->'data'->>'visit' = $1 order by id`,
        [visit],
      )
      return rows.map((one) => one.template)
    },
    /** What the worker of Sichuan does every few seconds. */
    async work(): Promise<void> {
      const { platform, time } = sichuan
      const subgraph = platform.subgraphs.find((one) => one.name === 'cross-province')
      const say = async (said: object) => (await subgraph?.internal?.('exchange.send', said, 'trace')) as never
      await tellStays({ db: platform.databases.crossProvince, clock: () => time.now, say })
    },
  }
}
