import { answersOf, DESIGNATION, scoresOf } from './designation-world.ts'
import { fresh } from './visit-world.ts'
import type { Data, World } from './world.ts'

/** Asks about designation through the gateway; each request has an id of its own. */
export const designatingThrough =
  (world: Pick<World, 'as'>) =>
  async (who: string, name: keyof typeof DESIGNATION, input: object): Promise<Data> =>
    (await world.as(who, DESIGNATION[name], { requestId: fresh('d'), input }))[name]

const DEPARTMENTS = `mutation ($requestId: ID!, $departments: [DepartmentInput!]!) {
  uploadDepartments(requestId: $requestId, departments: $departments) { __typename } }`
const PRACTITIONERS = `mutation ($requestId: ID!, $practitioners: [PractitionerInput!]!) {
  registerPractitioners(requestId: $requestId, practitioners: $practitioners) { __typename } }`
const JUDGE = `mutation ($requestId: ID!, $input: JudgePractitionerInput!) {
  judgePractitioner(requestId: $requestId, input: $input) { __typename } }`

interface Story {
  readonly institution: string
  readonly clerk: string
  readonly pool: string
  readonly agreement: string
}

/** Something of each table of designation and staff: an application, a capability, a level to come, who works there. */
export async function tellDesignation(
  world: Pick<World, 'as'>,
  { institution, clerk, pool, agreement }: Story,
): Promise<void> {
  const say = designatingThrough(world)
  const { id: application } = await say(institution, 'applyForDesignation', { pool, answers: answersOf() })
  await say(clerk, 'acceptApplication', { application })
  const evaluation = { application, scores: scoresOf(), passed: true, reason: '现场评估合格' }
  await say(clerk, 'evaluateApplication', evaluation)
  const capability = { agreement, capability: 'CHRONIC', granted: true, reason: '通过慢特病评估' }
  await say(clerk, 'setCapability', capability)
  await say(clerk, 'changeLevel', { institution, level: 'LEVEL_3', reason: '评审升级', from: '2030-01-01' })
  const beginOn = '2026-01-01'
  const departments = [{ code: 'A03', name: '内科', category: 'A03', beds: 40, beginOn }]
  await world.as(institution, DEPARTMENTS, { requestId: fresh('d'), departments })
  const code = `D${pool}000101`
  const practitioners = [{ code, name: '示范医师', mayPrescribe: true, department: 'A03', beginOn }]
  await world.as(institution, PRACTITIONERS, { requestId: fresh('d'), practitioners })
  const input = { institution, code, action: 'POINTS', points: 1, reason: '病历不规范' }
  await world.as(clerk, JUDGE, { requestId: fresh('d'), input })
}
