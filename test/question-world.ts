import { randomUUIDv7 } from 'node:crypto'
import { countQuestionClocks, watchQuestions } from '@yibao/settlement/commands/question-deadline'
import type { Calendar } from '@yibao/settlement/domain/claim-clock'
import { fresh } from './claim-asking.ts'
import { claimReviewWorld, POOL, type ClaimReviewWorld } from './claim-review-world.ts'
import { bill, SETTLE } from './world-bill.ts'
import type { Data, WorldPerson } from './world.ts'

// Asking questions and answering them through the gateway.

export const EMPLOYER = '91629900DEM000001P'
export const BOSS = 'employer-629900'

const ANSWER = `__typename
  ... on Question { id number insuredPool asker employer insuredId about aboutId line state version assignee isAwaited
    clock { workingDays dueOn followUpUntil provisional daysLeft colour breachedAt }
    messages { number kind words by assignee } }
  ... on Rejection { code message { zh en } problems { path code message { zh en } } }`
/** What an employer has no right to look at. */
const SUBJECT = '... on Question { settlement { id } claim { number } }'
const CHANGED = '... on QuestionChanged { question { id state version messages { kind words } } }'

const ASK = `mutation ($requestId: ID!, $about: QuestionSubjectInput!, $words: String!) {
  askQuestion(requestId: $requestId, about: $about, words: $words) { ${ANSWER} } }`
const SHOW = `query ($id: ID!) { question(id: $id) { ${ANSWER} } }`
/** The same as those look at it who may see more. */
const wholly = (who: string, query: string) =>
  who.startsWith('employer') ? query : query.replace(ANSWER, `${ANSWER} ${SUBJECT}`)
const LIST = `query ($first: Int, $after: String, $state: QuestionState, $colour: QuestionColour, $mine: Boolean, $unassigned: Boolean) {
  questions(first: $first, after: $after, state: $state, colour: $colour, mine: $mine, unassigned: $unassigned) {
    __typename ... on QuestionConnection { edges { node { id state clock { dueOn colour } } } pageInfo { hasNextPage endCursor } }
    ... on Rejection { code problems { path code } } } }`

const step = (
  name: string,
  more: readonly string[],
) => `mutation ($requestId: ID!, $questionId: ID!, $version: Int!${more
  .map((one) => `, $${one}: String${one === 'words' ? '!' : ''}`)
  .join('')}) {
  ${name}(requestId: $requestId, questionId: $questionId, version: $version${more
    .map((one) => `, ${one}: $${one}`)
    .join('')}) { ${ANSWER} ${CHANGED} } }`
const STEPS = {
  followUpQuestion: step('followUpQuestion', ['words']),
  assignQuestion: step('assignQuestion', ['to', 'reason']),
  answerQuestion: step('answerQuestion', ['words']),
  closeQuestion: step('closeQuestion', []),
}

/** A world to ask questions in: one of its own, or one where claims are told already. */
export async function questionWorld(opened?: ClaimReviewWorld) {
  const reviewing = opened ?? (await claimReviewWorld())
  const { world } = reviewing
  const services = () => ({ db: world.platform.databases.settlement, clock: () => world.time.now })

  return {
    ...reviewing,
    ask: async (who: string, about: object, words = '为什么这样计算？', requestId = fresh('ask')): Promise<Data> =>
      (await world.as(who, wholly(who, ASK), { requestId, about, words })).askQuestion,
    /** Takes a step on a question as it was seen. */
    async go(
      who: string,
      name: keyof typeof STEPS,
      { id: questionId, version }: Data,
      more: object = {},
    ): Promise<Data> {
      return (await world.as(who, STEPS[name], { requestId: fresh(name), questionId, version, ...more }))[name]
    },
    show: async (who: string, id: string): Promise<Data> => (await world.as(who, wholly(who, SHOW), { id })).question,
    list: async (who: string, filter: object = {}): Promise<Data> =>
      (await world.as(who, LIST, { first: 100, ...filter })).questions,
    /** A settlement of one line at the hospital of the pool. */
    async settled({ cardNumber: card }: WorldPerson): Promise<Data> {
      const { settle } = await world.as('H62990000001', SETTLE, { requestId: fresh('settle'), input: bill({ card }) })
      return settle
    },
    /** A bill of contributions of the month; of an employer where one is named. Answers its id. */
    async billed({ insuredId }: WorldPerson, employer: string | null = null): Promise<string> {
      const id = randomUUIDv7()
      await world.admin.query(
        `insert into insured.contribution_bill (insured_id, bill_id, pool, insurance_type, period, sequence, kind, person_type,
           employer, base, employer_share, person_share, government_share, credit, due_on, rule, made_at)
         values ($1, $2, $3, '310', '2026-11', 0, $4, '1101', $5, 400000, 24000, 8000, 0, 8000, '2026-11-30', 'x', now())`,
        [insuredId, id, POOL, employer === null ? 'FLEXIBLE' : 'EMPLOYEE', employer],
      )
      return id
    },
    /** Lets what the passing of days does be done. */
    watchAsked: () => watchQuestions(services()),
    recountAsked: (calendar?: Calendar) => countQuestionClocks(services(), calendar),
  }
}

export type QuestionWorld = Awaited<ReturnType<typeof questionWorld>>

/** What was said and done, in order. */
export const thread = ({ messages }: Data): string[] =>
  messages.map(({ kind, words }: Data) => (words === null ? kind : `${kind} ${words}`))
