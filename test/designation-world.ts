import { randomUUID } from 'node:crypto'
import type { Identity } from '@yibao/schema/identity'
import type { InstitutionsWorld } from './institutions-world.ts'

const REJECTION = '... on Rejection { code message { zh en } problems { path code message { zh en } } }'

const APPLICATION = `__typename ... on DesignationApplication {
  id state dueOn dueProvisional passed missing { criterion reason } answers { criterion value }
  scores { criterion score } steps { action reason } agreement { id status } } ${REJECTION}`

const AGREEMENT = `__typename ... on Agreement {
  id status statusSince beginOn endOn terminatesOn renews capabilities { capability beginOn endOn }
  history { action reason legalGround cause effectiveOn until } } ${REJECTION}`

const mutation = (name: string, type: string, answer: string) =>
  `mutation ($requestId: ID!, $input: ${type}!) { ${name}(requestId: $requestId, input: $input) { ${answer} } }`

export const DESIGNATION = {
  applyForDesignation: mutation('applyForDesignation', 'ApplyForDesignationInput', APPLICATION),
  correctApplication: mutation('correctApplication', 'CorrectApplicationInput', APPLICATION),
  returnApplication: mutation('returnApplication', 'ReturnApplicationInput', APPLICATION),
  acceptApplication: mutation('acceptApplication', 'AcceptApplicationInput', APPLICATION),
  evaluateApplication: mutation('evaluateApplication', 'EvaluateApplicationInput', APPLICATION),
  rejectApplication: mutation('rejectApplication', 'EndApplicationInput', APPLICATION),
  withdrawApplication: mutation('withdrawApplication', 'EndApplicationInput', APPLICATION),
  agree: mutation('agree', 'AgreeInput', AGREEMENT),
  suspend: mutation('suspend', 'ChangeStatusInput', AGREEMENT),
  resume: mutation('resume', 'ChangeStatusInput', AGREEMENT),
  terminate: mutation('terminate', 'ChangeStatusInput', AGREEMENT),
  setCapability: mutation('setCapability', 'SetCapabilityInput', AGREEMENT),
  changeLevel: mutation(
    'changeLevel',
    'ChangeLevelInput',
    `__typename ... on Institution { code level levels { beginOn level } } ${REJECTION}`,
  ),
  registerInstitution: mutation(
    'registerInstitution',
    'RegisterInstitutionInput',
    `__typename ... on Institution { code } ${REJECTION}`,
  ),
} as const

/** Answered data; the document beside it says its shape. */
// oxlint-disable-next-line typescript/no-explicit-any
export type Answered = any

/** Asks the institutions subgraph; each request has an id of its own unless one is given. */
export function designating(world: Pick<InstitutionsWorld, 'ask'>) {
  return async (
    identity: Identity | null,
    name: keyof typeof DESIGNATION,
    input: object,
    requestId: string = randomUUID(),
  ): Promise<Answered> => {
    const answer = await world.ask<Record<string, Answered>>(identity, DESIGNATION[name], { requestId, input })
    return answer[name]
  }
}

/** Why an agreement of a test needs no application. */
export const DIRECT = { reason: '原协议平移', legalGround: '医疗机构医疗保障定点管理暂行办法第五十条' }

const HOSPITAL_CRITERIA = [
  'operating-months',
  'physician',
  'insurance-managers',
  'management-systems',
  'information-system',
]

/** Answers to every condition a hospital must answer. */
export const answersOf = (value = '符合') => HOSPITAL_CRITERIA.map((criterion) => ({ criterion, value }))

export const scoresOf = (score = 90) => HOSPITAL_CRITERIA.map((criterion) => ({ criterion, score }))

export const GROUND = { reason: '虚构医药服务', legalGround: '医疗保障基金使用监督管理条例第四十条' }
