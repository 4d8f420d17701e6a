import { takeNotices } from '@yibao/insured/commands/message'
import { countClaimClocks, watchClaimDeadlines } from '@yibao/settlement/commands/claim-deadline'
import type { Calendar } from '@yibao/settlement/domain/claim-clock'
import { fresh, outpatientClaim, saveDraft, submit, uploadPaper } from './claim-asking.ts'
import { CLASS_A } from './world-bill.ts'
import { NOW, openWorld, type Data, type WorldPerson } from './world.ts'

// Reviewing claims through the gateway.

export const POOL = '629900'
export const [CLERK, SECOND, THIRD, STRANGER] = ['clerk-629900', 'second-629900', 'third-629900', 'clerk-620100']
/** Takes claims in at the window, and pays them; neither reviews any. */
export const [WINDOW, PAYER] = ['window-629900', 'payer-629900']

const ANSWER = `__typename
  ... on Claim { id number state version owed paid assignee decidedAt acceptedAt
    clock { kind workingDays dueOn provisional daysLeft colour pausedAt pauseReason { zh } stoppedAt breachedAt }
    clocks { kind dueOn stoppedAt breachedAt }
    returned { papers corrections words { zh } }
    lineReviews { serial outcome code amount reason }
    decisions { outcome legalGround words { zh } proposedBy confirmedBy confirmedAt sentBackWords appealUntil }
    appeals { state words answer decidedBy documents }
    precheck { notPlain refusal findings { rule action lines } }
    settlement { number total fundTotal cash lines { serial selfPaid } }
    history { kind state words { zh } changed before reckonedOn } }
  ... on Rejection { code message { zh en } problems { path code message { zh en } } }`
const CHANGED = '... on ClaimChanged { code claim { id state version assignee } }'

const SHOW = `query ($id: ID!) { claim(id: $id) { ${ANSWER} } }`

/** Arguments of a step besides request, claim and version, with their types. */
const MORE: Readonly<Record<string, string>> = {
  assignClaim: '$to: String, $reason: String',
  acceptClaim: '',
  refuseAcceptance: '$legalGround: String!, $words: String!',
  returnClaim: '$papers: [ClaimPaperKind!]!, $corrections: [ClaimCorrection!], $words: String!',
  supplyClaim: '$papers: [ClaimSuppliedInput!]!, $note: String, $input: ClaimInput',
  reviewClaimLines: '$lines: [ClaimLineReviewInput!]!',
  confirmClaimPlace: '$designated: Boolean!, $level: String, $words: String!',
  proposeClaimDecision: '$outcome: ClaimProposal!, $legalGround: String, $words: String',
  confirmClaimDecision: '',
  sendBackClaimDecision: '$words: String!',
  appealClaim: '$words: String!, $documents: [ID!]',
  decideClaimAppeal: '$upheld: Boolean!, $answer: String!',
  reconsiderClaim: '$words: String!',
  withdrawClaim: '',
}

function mutation(name: string): string {
  const more = MORE[name] ?? ''
  const passed = [...more.matchAll(/\$(\w+)/g)].map(([, one]) => `${one}: $${one}`).join(', ')
  return `mutation ($requestId: ID!, $claimId: ID!, $version: Int!${more === '' ? '' : `, ${more}`}) {
    ${name}(requestId: $requestId, claimId: $claimId, version: $version${passed === '' ? '' : `, ${passed}`}) { ${ANSWER} ${CHANGED} } }`
}

const QUEUE = `query ($first: Int, $after: String, $state: ClaimState, $kind: String, $colour: ClaimClockColour, $mine: Boolean,
    $unassigned: Boolean) {
  claimQueue(first: $first, after: $after, state: $state, kind: $kind, colour: $colour, mine: $mine, unassigned: $unassigned) {
    __typename ... on ClaimConnection { edges { node { id state clock { kind dueOn colour } } } pageInfo { hasNextPage endCursor } }
    ... on Rejection { code problems { path code } } } }`

const BREACHES = `query ($first: Int, $after: String, $kind: ClaimClockKind, $open: Boolean, $pool: String) {
  claimBreaches(first: $first, after: $after, kind: $kind, open: $open, pool: $pool) {
    __typename ... on ClaimBreachConnection { edges { node { claim { id state } clock { kind dueOn breachedAt stoppedAt } } }
      pageInfo { hasNextPage endCursor } }
    ... on Rejection { code problems { path code } } } }`

/** A drug of the catalogue, of so many yuan in all. */
const line = (serial: string, yuan: number, code: string | null = CLASS_A) => ({
  serial,
  name: '甲类药品',
  ...(code !== null && { code }),
  chargeType: '09',
  price: `${yuan}.00`,
  quantity: '1',
  amount: `${yuan}.00`,
  time: '2026-11-20',
})

/** What is claimed: so many yuan a line; a line without a code where it is named so. */
interface Claiming {
  readonly lines?: readonly number[]
  readonly uncoded?: readonly number[]
  readonly change?: object
  readonly papers?: readonly object[]
}

export async function claimReviewWorld(options: Parameters<typeof openWorld>[0] = {}) {
  const world = await openWorld(options)
  for (const login of [SECOND, THIRD, WINDOW, PAYER]) world.letIn({ kind: 'staff', login, label: login, pool: POOL })
  const addPatient = (): Promise<WorldPerson> =>
    world.addPerson({
      enrolments: [{ pool: POOL, insuranceType: '310', personType: '1103', beginOn: '2020-01-01' }],
    })

  const papers = (person: WorldPerson): Promise<object[]> =>
    Promise.all(
      ['INVOICE', 'ITEMISED_LIST', 'PRESCRIPTION'].map(async (kind) => ({
        kind,
        document: await uploadPaper(world, person, { pool: POOL }),
      })),
    )

  /** A claim of a person that was submitted. */
  async function claimed(person: WorldPerson, one: Claiming = {}): Promise<Data> {
    const { lines = [1200], uncoded = [], change = {} } = one
    const total = `${lines.reduce((sum, yuan) => sum + yuan, 0)}.00`
    const written = outpatientClaim({ papers: one.papers ?? (await papers(person)) })
    const [invoice] = written['invoices'] as [object]
    const draft = await saveDraft(world, person.personNumber, {
      ...written,
      total,
      invoices: [{ ...invoice, amount: total }],
      lines: lines.map((yuan, i) => line(String(i + 1), yuan, uncoded.includes(i + 1) ? null : CLASS_A)),
      ...change,
    })
    const submitted = await submit(world, person.personNumber, draft)
    return submitted.__typename === 'Claim' ? look(person.personNumber, submitted.id) : submitted
  }

  const look = async (who: string, id: string): Promise<Data> => (await world.as(who, SHOW, { id })).claim

  /** Takes a step on a claim as it was seen. */
  async function step(
    who: string,
    name: string,
    claim: Data,
    more: object = {},
    requestId = fresh(name),
  ): Promise<Data> {
    const { id: claimId, version } = claim
    return (await world.as(who, mutation(name), { requestId, claimId, version, ...more }))[name]
  }

  /** A claim that was accepted by the clerk. */
  async function accepted(person: WorldPerson, one: Claiming = {}): Promise<Data> {
    return step(CLERK, 'acceptClaim', await claimed(person, one))
  }

  const services = () => ({ db: world.platform.databases.settlement, clock: () => world.time.now })

  return {
    ...world,
    world,
    addPatient,
    papers,
    paper: (person: WorldPerson) => uploadPaper(world, person, { pool: POOL }),
    claimed,
    accepted,
    look,
    step,
    queue: async (who: string, filter: object = {}): Promise<Data> =>
      (await world.as(who, QUEUE, { first: 100, ...filter })).claimQueue,
    breaches: async (who: string, filter: object = {}): Promise<Data> =>
      (await world.as(who, BREACHES, { first: 100, ...filter })).claimBreaches,
    /** Lets what the passing of days does be done. */
    watch: () => watchClaimDeadlines(services()),
    recount: (calendar?: Calendar) => countClaimClocks(services(), calendar),
    /** Moves the time to ten in the morning of a day. */
    on(day: string) {
      world.time.now = Temporal.Instant.from(`${day}T10:00:00+08:00`)
    },
    now() {
      world.time.now = Temporal.Instant.from(NOW)
    },
    /** The templates somebody was told by about a claim, in order. */
    async told(who: string, { number }: Data): Promise<string[]> {
      const { keys: secrets, platform, time } = world
      const { carriers = {} } = options
      await takeNotices({ db: platform.databases.insured, secrets, clock: () => time.now, carriers }, undefined)
      const query = '{ messages(first: 100) { ... on MessageConnection { edges { node { template text { zh } } } } } }'
      const { edges } = (await world.as(who, query)).messages
      return edges
        .filter(({ node }: Data) => node.text.zh.includes(number))
        .map(({ node }: Data) => node.template)
        .toReversed()
    },
  }
}

export type ClaimReviewWorld = Awaited<ReturnType<typeof claimReviewWorld>>

/** Kinds of the history of a claim. */
export const kinds = ({ history }: Data): string[] => history.map((one: Data) => one.kind)

/** Codes of a refusal with their paths. */
export const codes = ({ code, problems = [] }: Data): string =>
  [code, ...problems.map((one: Data) => `${one.path} ${one.code}`)].join('; ')
