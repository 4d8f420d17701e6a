import type { Data, World } from './world.ts'

// What bureaus, employers and persons ask about enrolments and employers.

export const REJECTION = '... on Rejection { code message { zh en } problems { path code message { zh en } } }'
export const ENROLMENT = `id pool insuranceType personType status beginOn endOn coveredFrom employerCode follows
  standing { state since until reason { zh en } } events { kind from reason note source role organisation }`

const mutation = (name: string, input: string) => `mutation ($requestId: ID!, $input: ${input}!) {
  ${name}(requestId: $requestId, input: $input) { __typename ... on Enrolment { ${ENROLMENT} } ${REJECTION} } }`

const DOCUMENTS = {
  enrol: mutation('enrol', 'EnrolInput'),
  suspendEnrolment: mutation('suspendEnrolment', 'SuspendEnrolmentInput'),
  resumeEnrolment: mutation('resumeEnrolment', 'ResumeEnrolmentInput'),
  retire: mutation('retire', 'RetireInput'),
  transferEnrolment: mutation('transferEnrolment', 'TransferEnrolmentInput'),
  registerEmployer: `mutation ($requestId: ID!, $input: RegisterEmployerInput!) {
    registerEmployer(requestId: $requestId, input: $input) {
      __typename ... on Employer { creditCode pool empNo name } ${REJECTION} } }`,
} as const

let sequence = 0
export const fresh = (what = 'e'): string => `${what}-${process.pid}-${(sequence += 1)}`

/** Asks for one of the changes; a request of its own unless it says which. */
export async function change(
  world: Pick<World, 'as'>,
  who: string,
  name: keyof typeof DOCUMENTS,
  input: object,
  requestId = fresh(),
): Promise<Data> {
  return (await world.as(who, DOCUMENTS[name], { requestId, input }))[name]
}

export const MY_ENROLMENTS = `{ me { enrolments { ${ENROLMENT} } } }`
export const ENROLMENTS_OF = `query ($id: ID!) {
  insured(id: $id) { __typename ... on Insured { id enrolments { ${ENROLMENT} } } ${REJECTION} } }`

export const EMPLOYEES = `query ($creditCode: String!, $pool: String!, $name: String, $personNumber: String, $on: Date,
    $first: Int, $after: String) {
  employer(creditCode: $creditCode, pool: $pool) {
    __typename
    ... on Employer {
      creditCode name empNo
      employees(name: $name, personNumber: $personNumber, on: $on, first: $first, after: $after) {
        __typename
        ... on EmployeeConnection {
          edges { node { insured { id name identityMasked enrolments { id employerCode } } enrolment { id personType } } }
          pageInfo { hasNextPage endCursor }
        }
        ${REJECTION}
      }
    }
    ${REJECTION}
  }
}`
