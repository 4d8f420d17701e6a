// What is asked about chosen institutions, special identities, maternity and certificates for who has no card.

const REJECTION = '... on Rejection { code message { zh en } problems { path code message { zh en } } }'
const CHOICE = 'id pool institutionCode kind beginOn endOn isInForce isWithdrawn requestedBy endReason'
const MATERNITY = 'id pool hospitalCode birthType expectedOn weeks beginOn endOn isInForce isWithdrawn requestedBy'
const ENROLMENT = 'id civilServant identities { type beginOn endOn }'

const written = (field: string, input: string, type: string, fields: string) =>
  `mutation ($requestId: ID!, $input: ${input}!) {
    ${field}(requestId: $requestId, input: $input) { __typename ... on ${type} { ${fields} } ${REJECTION} } }`
const ended = (field: string, id: string, type: string, fields: string) =>
  `mutation ($requestId: ID!, $id: ID!, $reason: String!) {
    ${field}(requestId: $requestId, ${id}: $id, reason: $reason) { __typename ... on ${type} { ${fields} } ${REJECTION} } }`

export const CHOOSE = written('chooseInstitution', 'ChooseInstitutionInput', 'ChosenInstitution', CHOICE)
export const END_CHOICE = ended('endChosenInstitution', 'choiceId', 'ChosenInstitution', CHOICE)
export const REGISTER_MATERNITY = written(
  'registerMaternity',
  'RegisterMaternityInput',
  'MaternityRegistration',
  MATERNITY,
)
export const END_MATERNITY = ended('endMaternityRegistration', 'registrationId', 'MaternityRegistration', MATERNITY)
export const ADD_IDENTITY = written('addSpecialIdentity', 'AddSpecialIdentityInput', 'Enrolment', ENROLMENT)
export const END_IDENTITY = written('endSpecialIdentity', 'EndSpecialIdentityInput', 'Enrolment', ENROLMENT)
export const CERTIFY = written(
  'issueNoCardCertificate',
  'NoCardCertificateInput',
  'IssuedCertificate',
  'code validUntil',
)
export const CHECK_CERTIFICATE = `query ($code: String!) { noCardCertificate(code: $code) {
  __typename ... on CertificateCheck { state nameMasked institutionCode pool validUntil } ${REJECTION} } }`
export const HELD = `{ chosenInstitutions { ${CHOICE} } maternityRegistrations { ${MATERNITY} }
  noCardCertificates { id institutionCode pool reason } }`
