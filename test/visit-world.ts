import { hospital, lineOf, type Settlements, type SettleWorld, type WorldPerson } from './settle-world.ts'

/** What is asked of any answer about a visit. */
const REJECTED = '... on Rejection { code retryable message { zh en } problems { path code message { zh en } } }'

const VISIT = `
  fragment OfVisit on Visit {
    visit state insuredId insuredPool careType emergency begin linesFrom end dischargeWay department bed diagnoses { code }
    disease birthType transferredFrom joins joinedTo settledTo unsettled { count total }
    settlements { id number total reversedBy { id } }
  }`

const SETTLED = `
  __typename
  ... on Settlement {
    id number visit total inScope deductible pool fundTotal personal account cash begin end careType
    lines { serial amount inScope refundOf }
    explanation { policy }
  }
  ${REJECTED}`

const mutation = (name: string, type: string) => `
  mutation ($requestId: ID!, $input: ${type}!) {
    ${name}(requestId: $requestId, input: $input) { __typename ...OfVisit ${REJECTED} }
  } ${VISIT}`
const byNumber = (name: string) => `
  mutation ($requestId: ID!, $visit: String!) {
    ${name}(requestId: $requestId, visit: $visit) { __typename ...OfVisit ${REJECTED} }
  } ${VISIT}`

export const DOCUMENTS = {
  openVisit: mutation('openVisit', 'OpenVisitInput'),
  changeVisit: mutation('changeVisit', 'ChangeVisitInput'),
  discharge: mutation('discharge', 'DischargeInput'),
  undoDischarge: byNumber('undoDischarge'),
  cancelVisit: byNumber('cancelVisit'),
  identifyVisit: `
    mutation ($requestId: ID!, $visit: String!, $credential: CredentialInput!, $insuredPool: String) {
      identifyVisit(requestId: $requestId, visit: $visit, credential: $credential, insuredPool: $insuredPool) {
        __typename ...OfVisit ${REJECTED}
      }
    } ${VISIT}`,
  uploadLines: `
    mutation ($requestId: ID!, $input: UploadLinesInput!) {
      uploadLines(requestId: $requestId, input: $input) {
        __typename
        ... on Upload {
          accepted known rejected
          lines(onlyRejected: true) { serial state problems { path code message { zh en } } }
          visit { state unsettled { count total } }
        }
        ${REJECTED}
      }
    }`,
  withdrawLines: `
    mutation ($requestId: ID!, $input: WithdrawLinesInput!) {
      withdrawLines(requestId: $requestId, input: $input) {
        __typename ... on Withdrawal { withdrawn visit { unsettled { count total } } } ${REJECTED}
      }
    }`,
  settleVisit: `
    mutation ($requestId: ID!, $input: SettleVisitInput!) {
      settleVisit(requestId: $requestId, input: $input) { ${SETTLED} }
    }`,
  reverse: `
    mutation ($requestId: ID!, $settlement: ID!) {
      reverse(requestId: $requestId, settlement: $settlement) { ${SETTLED} }
    }`,
  trialVisit: `
    query ($input: SettleVisitInput!) {
      trialVisit(input: $input) {
        __typename ... on Trial { total deductible fundTotal cash quote { id } lines { serial inScope } } ${REJECTED}
      }
    }`,
  visit: `
    query ($visit: String!, $institution: String) {
      visit(visit: $visit, institution: $institution) { __typename ...OfVisit ${REJECTED} }
    } ${VISIT}`,
} as const

type Name = keyof typeof DOCUMENTS

/** Answered data; the document beside it says its shape. */
// oxlint-disable-next-line typescript/no-explicit-any
export type Answered = any

let sequence = 0

/** A number nobody has used. */
export function fresh(prefix: string): string {
  sequence += 1
  return `${prefix}${process.pid}-${sequence}`
}

/** Asks about visits as an institution; each request has an id of its own unless one is given. */
export function visitsOf(world: Pick<Settlements, 'ask'>, identity = hospital()) {
  const ask = async (name: Name, variables: object): Promise<Answered> => {
    const answer = await world.ask<Record<string, Answered>>(identity, DOCUMENTS[name], variables)
    return answer[name]
  }
  const write =
    (name: Name) =>
    (input: object, requestId = fresh('r')) =>
      ask(name, { requestId, input })
  return {
    ask,
    open: write('openVisit'),
    change: write('changeVisit'),
    discharge: write('discharge'),
    upload: write('uploadLines'),
    withdraw: write('withdrawLines'),
    settle: write('settleVisit'),
    undoDischarge: (visit: string, requestId = fresh('r')) => ask('undoDischarge', { requestId, visit }),
    cancel: (visit: string, requestId = fresh('r')) => ask('cancelVisit', { requestId, visit }),
    identify: (visit: string, person: WorldPerson, requestId = fresh('r')) =>
      ask('identifyVisit', { requestId, visit, credential: credentialOf(person) }),
    reverse: (settlement: string, requestId = fresh('r')) => ask('reverse', { requestId, settlement }),
    trial: (input: object) => ask('trialVisit', { input }),
    visit: (visit: string) => ask('visit', { visit }),
  }
}

export const credentialOf = (person: WorldPerson) => ({ kind: 'IDENTITY_CARD', value: person.identityNumber })

/** An admission on 10 November at nine, changed as the test needs it. */
export const opening = (person: WorldPerson | null, visit: string, change: object = {}) => ({
  visit,
  ...(person !== null && { credential: credentialOf(person) }),
  operator: { code: 'op1', terminal: 'COUNTER' },
  careType: '21',
  begin: '2026-11-10T09:00:00+08:00',
  department: 'D01',
  bed: '12',
  doctor: 'D620900000001',
  diagnoses: [{ code: 'K35.900', name: '急性阑尾炎' }],
  ...change,
})

/** Class A lines of 200 yuan each on 11 November, with these serials. */
export const linesOf = (...serials: string[]) =>
  serials.map((serial) => lineOf({ serial, time: '2026-11-11T08:30:00+08:00' }))

/** Class A lines of two thousand yuan each on a day, with these serials. */
export const onDay = (day: string, ...serials: string[]) =>
  serials.map((serial) => lineOf({ serial, price: '200.00', amount: '2000.00', time: `${day}T08:30:00+08:00` }))

/** A person insured in the pool of `settle-policies/621000-parts.json`. */
export const inParts = (world: Pick<SettleWorld, 'addPerson'>): Promise<WorldPerson> =>
  world.addPerson(0, {
    enrolments: [{ pool: '621000', insuranceType: '310', personType: '1101', beginOn: '2020-01-01' }],
  })

export const ending = (visit: string, change: object = {}) => ({
  visit,
  end: '2026-11-20T10:00:00+08:00',
  way: 'ON_ORDER',
  ...change,
})

export const settling = (person: WorldPerson, visit: string, total: string, change: object = {}) => ({
  visit,
  credential: credentialOf(person),
  operator: { code: 'op1', terminal: 'COUNTER' },
  chargeBatch: 'B1',
  invoice: fresh('I').slice(-20),
  useAccount: true,
  total,
  ...change,
})
