// What the programs of hospitals, bureaus and persons ask in the stories.

const REJECTION = '... on Rejection { code retryable message { zh en } problems { path code message { zh en } } }'
const SETTLEMENT = `id number insuredId institutionCode total inScope pool fundTotal personal account cash balance
  identityMasked personName insuredPool`

export const REGISTER = `mutation ($requestId: ID!, $input: RegisterPersonInput!) {
  registerPerson(requestId: $requestId, input: $input) {
    __typename ... on Insured { id personNumber name identityMasked } ${REJECTION}
  }
}`
export const ENROL = `mutation ($requestId: ID!, $input: EnrolInput!) {
  enrol(requestId: $requestId, input: $input) {
    __typename ... on Enrolment { id pool insuranceType personType status beginOn endOn } ${REJECTION}
  }
}`
export const END_ENROLMENT = `mutation ($requestId: ID!, $enrolmentId: ID!, $endOn: Date!) {
  endEnrolment(requestId: $requestId, enrolmentId: $enrolmentId, endOn: $endOn, reason: LEFT_WORK) {
    __typename ... on Enrolment { id status endOn } ${REJECTION}
  }
}`
export const VOUCHER = `mutation ($requestId: ID!) {
  issueVoucher(requestId: $requestId) { __typename ... on Voucher { code expiresAt } ${REJECTION} }
}`
export const BY_CREDENTIAL = `query ($credential: CredentialInput!) {
  insuredByCredential(credential: $credential) {
    __typename
    ... on Insured { id personNumber name identityMasked enrolments { id pool insuranceType personType status } }
    ${REJECTION}
  }
}`
export const TRIAL = `query ($input: SettleInput!) {
  trial(input: $input) {
    __typename ... on Trial { total inScope deductible pool fundTotal personal account cash balance } ${REJECTION}
  }
}`
export const SETTLEMENT_OF = `query ($id: ID!) {
  settlement(id: $id) { __typename ... on Settlement { ${SETTLEMENT} lines { serial name inScope } } ${REJECTION} }
}`
export const SETTLEMENTS = `query ($first: Int, $after: String, $from: Date, $to: Date) {
  settlements(first: $first, after: $after, from: $from, to: $to) {
    __typename
    ... on SettlementConnection { edges { cursor node { ${SETTLEMENT} } } pageInfo { hasNextPage endCursor } }
    ${REJECTION}
  }
}`
export const OUTCOME = `query ($requestId: ID!) {
  outcome(requestId: $requestId) {
    __typename
    ... on Outcome { state settlement { id total } reversal { id } rejection { type code problems { path } } }
    ${REJECTION}
  }
}`
export const ANNUL = `mutation ($requestId: ID!, $target: ID!) {
  annul(requestId: $requestId, target: $target) {
    __typename
    ... on Annulment { settlement { id } reversal { id total account pool cash } }
    ${REJECTION}
  }
}`
export const ME = `{
  me {
    id personNumber name identityMasked
    account { balance current history }
    accumulators { name period amount }
    enrolments { id pool status }
    settlements(first: 10) { ... on SettlementConnection { edges { node { ${SETTLEMENT} } } } }
    accessLog(first: 50) { ... on AccessLogConnection { edges { node { role organisation operation purpose } } } }
  }
}`
export const INSURED = `query ($id: ID!) {
  insured(id: $id) {
    __typename ... on Insured { id name identityMasked birthDate enrolments { pool } } ${REJECTION}
  }
}`
export const AGREEMENTS = `query ($code: ID!) {
  institution(code: $code) { code agreements { id pool status } }
}`
const CHANGE = (verb: string) => `mutation ($requestId: ID!, $input: ChangeStatusInput!) {
  ${verb}(requestId: $requestId, input: $input) { __typename ... on Agreement { id pool status } ${REJECTION} }
}`
export const SUSPEND = CHANGE('suspend')
export const RESUME = CHANGE('resume')
export const REGISTER_DISEASE = `mutation ($requestId: ID!, $input: RegisterDiseaseInput!) {
  registerDisease(requestId: $requestId, input: $input) {
    __typename ... on DiseaseRegistration { id pool disease state beginOn endOn } ${REJECTION}
  }
}`
export const END_REGISTRATION = `mutation ($requestId: ID!, $registrationId: ID!, $endOn: Date, $reason: String!) {
  endRegistration(requestId: $requestId, registrationId: $registrationId, endOn: $endOn, reason: $reason) {
    __typename ... on DiseaseRegistration { id state endOn } ${REJECTION}
  }
}`
export const BIND = `mutation ($requestId: ID!, $input: BindMutualAidInput!) {
  bindMutualAid(requestId: $requestId, input: $input) {
    __typename ... on MutualAid { id sponsorName beneficiaryName place yearlyLimit } ${REJECTION}
  }
}`
export const UNBIND = `mutation ($requestId: ID!, $bindingId: ID!) {
  unbindMutualAid(requestId: $requestId, bindingId: $bindingId) {
    __typename ... on MutualAid { id endOn endedBy } ${REJECTION}
  }
}`
export const FILE = `mutation ($requestId: ID!, $input: FileTreatmentElsewhereInput!) {
  fileTreatmentElsewhere(requestId: $requestId, input: $input) {
    __typename ... on Filing { id type kind destination state pool dueOn certifier } ${REJECTION}
  }
}`
export const CHANGE_FILING = `mutation ($requestId: ID!, $filingId: ID!, $input: FileTreatmentElsewhereInput!) {
  changeFiling(requestId: $requestId, filingId: $filingId, input: $input) {
    __typename ... on Filing { id state destination replaces } ${REJECTION}
  }
}`
const DECIDE = (verb: string, more = '', given = '') => `mutation ($requestId: ID!, $filingId: ID!${more}) {
  ${verb}(requestId: $requestId, filingId: $filingId${given}) {
    __typename ... on Filing { id state certifiedAt cardRequestedAt } ${REJECTION}
  }
}`
export const APPROVE_FILING = DECIDE('approveFiling')
export const REFUSE_FILING = DECIDE('refuseFiling', ', $reason: String!', ', reason: $reason')
export const CERTIFY_FILING = DECIDE(
  'certifyFiling',
  ', $certified: Boolean!, $reason: String',
  ', certified: $certified, reason: $reason',
)
export const FILING_QUEUE = `query ($first: Int, $after: String, $stage: FilingStage, $escalated: Boolean) {
  filingQueue(first: $first, after: $after, stage: $stage, escalated: $escalated) {
    __typename
    ... on FilingConnection { edges { cursor node { id state dueOn } } pageInfo { hasNextPage endCursor } }
    ${REJECTION}
  }
}`
export const CANCEL_FILING = `mutation ($requestId: ID!, $filingId: ID!) {
  cancelFiling(requestId: $requestId, filingId: $filingId) {
    __typename ... on Filing { id state cancelledFrom } ${REJECTION}
  }
}`

export const ISSUE_RECORD = `mutation ($requestId: ID!, $year: Int!) {
  issueRightsRecord(requestId: $requestId, year: $year) { __typename ... on RightsRecord { id } } }`
