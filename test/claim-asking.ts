import { pdf, upload } from './document-world.ts'
import type { Data, World, WorldPerson } from './world.ts'

// How claims are asked for through the gateway: drafts, papers, submitting.

/** What every answer about a claim is looked at by. */
export const CLAIM = `__typename
  ... on Claim { id number state version kind cause insuredPool insuranceType total rules channel history { number kind state } }
  ... on Rejection { code message { zh en } problems { path code message { zh en } } }`
/** The same of an answer that may say that somebody else was first. */
export const STEPPED = `${CLAIM} ... on ClaimChanged { claim { id state version } }`

export const SAVE_CLAIM = `mutation ($requestId: ID!, $claimId: ID, $version: Int, $insuredId: ID, $input: ClaimInput!) {
  saveClaimDraft(requestId: $requestId, claimId: $claimId, version: $version, insuredId: $insuredId, input: $input) { ${STEPPED} } }`
export const SUBMIT_CLAIM = `mutation ($requestId: ID!, $claimId: ID!, $version: Int!) {
  submitClaim(requestId: $requestId, claimId: $claimId, version: $version) { ${STEPPED} } }`
export const WITHDRAW_CLAIM = `mutation ($requestId: ID!, $claimId: ID!, $version: Int!) {
  withdrawClaim(requestId: $requestId, claimId: $claimId, version: $version) { ${STEPPED} } }`
export const SHOW_CLAIM = `query ($id: ID!) { claim(id: $id) { ${CLAIM} } }`

let sequence = 0
/** Something nobody has used. */
export const fresh = (prefix: string): string => {
  sequence += 1
  return `${prefix}-${sequence}`
}

/** Ten digits no other invoice of the tests has. */
const invoiceNumber = (): string => {
  sequence += 1
  return String(sequence).padStart(10, '0')
}

type Asking = Pick<World, 'address' | 'token'>

/** Uploads a paper of a person for the staff of a pool; answers its id. */
export async function uploadPaper(
  world: Asking,
  { personNumber, insuredId }: Pick<WorldPerson, 'personNumber' | 'insuredId'>,
  { pool, text = fresh('paper') }: { readonly pool: string; readonly text?: string },
): Promise<string> {
  const { id, status, code } = await upload(world, personNumber, pdf(text), {
    purpose: 'CLAIM',
    filename: 'paper.pdf',
    pool,
    insured: insuredId,
  })
  if (id === '' || status >= 400) throw new Error(`not uploaded: ${status} ${code}`)
  return id
}

interface Outpatient {
  readonly papers: readonly object[]
  readonly change?: object
}

/** Outpatient care of two lines at a hospital of the pool, paid in full two days ago. */
export const outpatientClaim = ({ papers, change = {} }: Outpatient): Record<string, unknown> => ({
  cause: 'NO_CREDENTIAL',
  place: { institutionCode: 'H62990000001' },
  careType: '11',
  begin: '2026-11-20',
  end: '2026-11-20',
  diagnoses: [{ code: 'J00', name: '急性鼻咽炎' }],
  total: '120.00',
  invoices: [
    { code: '62060124', number: invoiceNumber(), issuedOn: '2026-11-20', amount: '120.00', checkCode: '1a2b3c' },
  ],
  lines: [
    {
      serial: '1',
      name: '阿莫西林胶囊',
      code: 'XJ01CAA040E001010100001',
      chargeType: '09',
      price: '20.00',
      quantity: '5',
      amount: '100.00',
      time: '2026-11-20',
    },
    {
      serial: '2',
      name: '普通门诊诊察费',
      chargeType: '02',
      price: '20.00',
      quantity: '1',
      amount: '20.00',
      time: '2026-11-20',
    },
  ],
  papers,
  ...change,
})

/** The papers of outpatient care, uploaded. */
export async function outpatientPapers(world: Asking, person: WorldPerson, pool: string): Promise<object[]> {
  const kinds = ['INVOICE', 'ITEMISED_LIST', 'PRESCRIPTION']
  const papers: object[] = []
  for (const kind of kinds) papers.push({ kind, document: await uploadPaper(world, person, { pool }) })
  return papers
}

/** Saves a draft; answers it, or why not. */
export const saveDraft = async (
  world: Pick<World, 'as'>,
  who: string,
  input: object,
  more: object = {},
): Promise<Data> => (await world.as(who, SAVE_CLAIM, { requestId: fresh('save'), input, ...more })).saveClaimDraft

export const submit = async (world: Pick<World, 'as'>, who: string, { id, version }: Data): Promise<Data> =>
  (await world.as(who, SUBMIT_CLAIM, { requestId: fresh('submit'), claimId: id, version })).submitClaim

export const withdraw = async (world: Pick<World, 'as'>, who: string, { id, version }: Data): Promise<Data> =>
  (await world.as(who, WITHDRAW_CLAIM, { requestId: fresh('withdraw'), claimId: id, version })).withdrawClaim

export const show = async (world: Pick<World, 'as'>, who: string, id: string): Promise<Data> =>
  (await world.as(who, SHOW_CLAIM, { id })).claim

/** Type and faults of a refusal in one line. */
export const faultsOf = ({ __typename, code, problems = [] }: Data): string =>
  `${__typename} ${code}: ${problems.map((one: Data) => `${one.path} ${one.code}`).join(', ')}`
