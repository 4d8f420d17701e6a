// What is asked about social-security cards and the electronic cards issued upon them.

const REJECTION = '... on Rejection { code message { zh en } problems { path code message { zh en } } }'
export const CARD = '{ id numberMasked state since replaces changes { state reason } electronicCards { id state } }'
const CARD_ANSWER = `{ __typename ... on SocialSecurityCard ${CARD} ${REJECTION} }`
const ELECTRONIC_ANSWER = `{ __typename ... on ElectronicCard { id channel state issuedAt endedAt } ${REJECTION} }`

export const ISSUE_CARD = `mutation ($requestId: ID!, $insuredId: ID!, $cardNumber: String!) {
  issueCard(requestId: $requestId, insuredId: $insuredId, cardNumber: $cardNumber) ${CARD_ANSWER} }`
export const REPLACE_CARD = `mutation ($requestId: ID!, $cardId: ID!, $cardNumber: String!, $reason: String!) {
  replaceCard(requestId: $requestId, cardId: $cardId, cardNumber: $cardNumber, reason: $reason) ${CARD_ANSWER} }`
const withReason = (verb: string) => `mutation ($requestId: ID!, $cardId: ID!, $reason: String!) {
  ${verb}(requestId: $requestId, cardId: $cardId, reason: $reason) ${CARD_ANSWER} }`
export const CHANGE_CARD: Readonly<Record<string, string>> = {
  report: `mutation ($requestId: ID!, $cardId: ID!) {
    reportCardLoss(requestId: $requestId, cardId: $cardId) ${CARD_ANSWER} }`,
  suspend: withReason('suspendCard'),
  resume: withReason('resumeCard'),
}

export const AUTHORISE_CARD = `mutation ($requestId: ID!, $channel: String!) {
  authoriseElectronicCard(requestId: $requestId, channel: $channel) ${ELECTRONIC_ANSWER} }`
const ofElectronic = (verb: string) => `mutation ($requestId: ID!, $electronicCardId: ID!) {
  ${verb}(requestId: $requestId, electronicCardId: $electronicCardId) ${ELECTRONIC_ANSWER} }`
export const ELECTRONIC = { issue: ofElectronic('issueElectronicCard'), revoke: ofElectronic('revokeElectronicCard') }
export const CARD_CODE = `mutation ($requestId: ID!, $electronicCardId: ID!) {
  issueElectronicCardCode(requestId: $requestId, electronicCardId: $electronicCardId) {
    __typename ... on Voucher { code expiresAt } ${REJECTION} } }`
