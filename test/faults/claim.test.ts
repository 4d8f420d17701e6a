import { randomUUID } from 'node:crypto'
import { dayOf, systemClock } from '@yibao/schema/dates'
import pg from 'pg'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { outpatientClaim } from '../claim-asking.ts'
import { BATCH, cardOf, ENTER_ACCOUNT, IMPORT_RESULT, ISSUE } from '../claim-payment-world.ts'
import { fen, resultOf } from '../clearing-world.ts'
import { beginUpload, pdf, sendBytes, sha256, upload } from '../document-world.ts'
import { CLASS_A } from '../world-bill.ts'
import { demoPerson, send, type Data } from '../world.ts'
import { run, startWhole, type Child } from './child.ts'
import { killPaused, pauseAt, type Moment } from './pause.ts'
import { tokenOf } from './tokens.ts'
import { databaseUrl, faultsIn, newDataFolder, type DataFolder } from './world.ts'

// A claim whose platform is killed at every step, from the upload of a paper to the answer of the bank. Whatever was struck,
// the same request carries it to its one end: afterwards the claim is in one defined state, and it is paid once.

const CLERK = 'clerk-629900'
/** Who decides a claim does not pay it. */
const PAYER = 'clerk-629900-2'
const POOL = '629900'
const PERSON = demoPerson(POOL, 'flexible')

// One province is enough, and it is started more than a dozen times.
const start = () => startWhole(folder.dataDir, folder.port, { YIBAO_SECOND_PROVINCE: '0' })

let folder: DataFolder
let platform: Child
let admin: pg.Pool
beforeAll(async () => {
  folder = await newDataFolder()
  platform = await start()
  admin = new pg.Pool({ connectionString: await databaseUrl(folder.dataDir), max: 2 })
  admin.on('error', () => {})
}, 400_000)
afterEach(({ task }) => {
  if (task.result?.state === 'fail') console.error(platform.output().slice(-5000))
})
afterAll(async () => {
  await admin.end()
  await platform.end('SIGTERM')
  await folder.remove()
})

const token = (who: string) => tokenOf(platform.address, folder.dataDir, who)
const here = () => ({ address: platform.address, token })

async function as(who: string, query: string, variables: object): Promise<Data> {
  const { data, errors } = await send(platform.address, await token(who), query, variables)
  if (errors !== undefined) throw new Error(JSON.stringify(errors))
  return Object.values(data as Record<string, Data>)[0]
}

/** Asks while whoever writes the row stops in the middle, kills the platform there and starts it again. */
async function killed(moment: Moment, ask: () => Promise<unknown>): Promise<void> {
  await pauseAt(admin, moment)
  const lost = ask().catch(() => null)
  await killPaused(admin, platform, moment)
  expect(await lost).toBe(null)
  platform = await start()
}

/** The same, and asks once more. */
async function killedAt(moment: Moment, ask: () => Promise<Data>): Promise<Data> {
  await killed(moment, ask)
  return ask()
}

const SHOWN = `__typename ... on Claim { id number state version owed paid history { kind } payments { state amount }
    account { number fits } settlement { id } }
  ... on Rejection { code problems { path code } }`
const LOOK = `query ($id: ID!) { claim(id: $id) { ${SHOWN} } }`
const SAVE = `mutation ($requestId: ID!, $input: ClaimInput!) { saveClaimDraft(requestId: $requestId, input: $input) { ${SHOWN} } }`
const look = (id: string): Promise<Data> => as(PERSON.personNumber, LOOK, { id })

/** A step on a claim, with arguments besides request, claim and version. */
function stepOf(name: string, args = ''): string {
  const passed = [...args.matchAll(/\$(\w+)/g)].map(([, one]) => `, ${one}: $${one}`).join('')
  return `mutation ($requestId: ID!, $claimId: ID!, $version: Int!${args === '' ? '' : `, ${args}`}) {
    ${name}(requestId: $requestId, claimId: $claimId, version: $version${passed}) { ${SHOWN} } }`
}

/** Takes a step on a claim as it stands, killed in the middle of it. */
async function step(who: string, query: string, id: string, moment: Moment, more: object = {}): Promise<Data> {
  const { version } = await look(id)
  const asked = { requestId: randomUUID(), claimId: id, version, ...more }
  const answer = await killedAt(moment, () => as(who, query, asked))
  expect(answer).toMatchObject({ __typename: 'Claim' })
  return look(id)
}

/** A row of the history of a claim that says so. */
const telling = (kind: string): Moment => ({
  table: 'settlement.claim_event',
  event: 'insert',
  when: `new.kind = '${kind}'`,
})

/** Uploads a paper while the platform is killed; what is whole needs no client any more. */
async function uploadKilled(metadata: Record<string, string>): Promise<string> {
  const content = pdf(randomUUID())
  const { path } = await beginUpload(here(), PERSON.personNumber, {
    size: content.length,
    metadata: { ...metadata, sha256: sha256(content) },
  })
  const moment: Moment = { table: 'insured.document', event: 'update', when: `new.state = 'STORED'` }
  await killed(moment, () => sendBytes(here(), PERSON.personNumber, path, 0, content))
  const id = path.slice('/files/'.length)
  const state = async () =>
    (await as(PERSON.personNumber, 'query ($id: ID!) { document(id: $id) { ... on Document { state } } }', { id }))[
      'state'
    ]
  await expect.poll(state, { timeout: 120_000, interval: 200 }).toBe('STORED')
  return id
}

/** What three papers say is claimed: 1,200 yuan of a drug and 30 yuan of something without a code. */
async function written(): Promise<object> {
  const metadata = { purpose: 'CLAIM', filename: 'paper.pdf', pool: POOL, insured: PERSON.insuredId }
  const papers = [{ kind: 'INVOICE', document: await uploadKilled(metadata) }]
  for (const kind of ['ITEMISED_LIST', 'PRESCRIPTION']) {
    const { id } = await upload(here(), PERSON.personNumber, pdf(randomUUID()), metadata)
    papers.push({ kind, document: id })
  }
  const day = dayOf(systemClock()).subtract({ days: 2 }).toString()
  const line = { chargeType: '09', quantity: '1', time: day }
  return outpatientClaim({
    papers,
    change: {
      begin: day,
      end: day,
      total: '1230.00',
      invoices: [{ code: '62060124', number: '0000000001', issuedOn: day, amount: '1230.00', checkCode: '1a2b3c' }],
      lines: [
        { ...line, serial: '1', name: '甲类药品', code: CLASS_A, price: '1200.00', amount: '1200.00' },
        { ...line, serial: '2', name: '某用品', price: '30.00', amount: '30.00' },
      ],
    },
  })
}

/** The platform is brought down and up while the bank's answer to a batch is read. */
async function answered(batch: Data, claim: Data, state: 'PAID' | 'REJECTED', moment: Moment): Promise<Data> {
  const reason = state === 'PAID' ? '' : '账号户名不符'
  const file = resultOf(batch['number'], [['1', claim['number'], batch['amount'], state, 'B1', reason]])
  const requestId = randomUUID()
  return killedAt(moment, () => as(PAYER, IMPORT_RESULT, { requestId, batch: batch['id'], file }))
}

/** A batch of the claim, killed while it is made. */
async function sent(id: string): Promise<Data> {
  const requestId = randomUUID()
  return killedAt({ table: 'settlement.claim_payment_row', event: 'insert' }, () =>
    as(PAYER, BATCH, { requestId, input: { claims: [id] } }),
  )
}

async function entered(id: string, number: string): Promise<Data> {
  const input = { claim: id, holder: PERSON.name, number, bankName: '某村镇银行' }
  const requestId = randomUUID()
  return killedAt({ table: 'settlement.claim_account', event: 'insert' }, () =>
    as(PERSON.personNumber, ENTER_ACCOUNT, { requestId, input }),
  )
}

const held = async (account: string): Promise<bigint> => {
  const { rows } = await admin.query<{ amount: string }>(
    'select coalesce(sum(amount), 0)::text as amount from settlement.ledger_entry where account = $1',
    [account],
  )
  return BigInt(rows[0]?.amount ?? '0')
}

test(
  'killed at upload, draft, submission, review, settlement, account, batch and answer: one state after each, and paid once',
  { timeout: 2_400_000 },
  async () => {
    const input = await written()
    const drafting = randomUUID()
    const draft = await killedAt({ table: 'settlement.claim', event: 'insert' }, () =>
      as(PERSON.personNumber, SAVE, { requestId: drafting, input }),
    )
    expect(draft).toMatchObject({ state: 'DRAFT', version: 1 })
    const id: string = draft['id']
    const submitted = await step(PERSON.personNumber, stepOf('submitClaim'), id, {
      table: 'settlement.claim_invoice',
      event: 'insert',
    })
    expect(submitted).toMatchObject({ state: 'SUBMITTED' })
    expect(await step(CLERK, stepOf('acceptClaim'), id, telling('ACCEPTED'))).toMatchObject({ state: 'ACCEPTED' })
    const review = stepOf('reviewClaimLines', '$lines: [ClaimLineReviewInput!]!')
    const lines = [{ serial: '2', outcome: 'DENIED', reason: '不属于支付范围' }]
    const reviewed = await step(
      CLERK,
      review,
      id,
      { table: 'settlement.claim_line_review', event: 'insert' },
      { lines },
    )
    expect(reviewed).toMatchObject({ state: 'ACCEPTED' })

    // Killed while the decision is written, and while its settlement is: either way it is settled once.
    const propose = stepOf('proposeClaimDecision', '$outcome: ClaimProposal!')
    const asked = { requestId: randomUUID(), claimId: id, version: reviewed['version'], outcome: 'PARTIAL' }
    const decide = () => as(CLERK, propose, asked)
    await killed({ table: 'settlement.claim_decision', event: 'insert' }, decide)
    expect(await look(id)).toMatchObject({ state: 'ACCEPTED' })
    const settling: Moment = { table: 'settlement.settlement', event: 'insert', when: 'new.claim_id is not null' }
    await killed(settling, decide)
    const state = async () => (await look(id))['state']
    await expect.poll(state, { timeout: 60_000, interval: 200 }).toBe('APPROVED')
    const approved = await look(id)
    expect(fen(approved['owed'])).toBeGreaterThan(0n)
    expect(await held(`payable:claim:${POOL}`)).toBe(fen(approved['owed']))

    expect(await entered(id, cardOf('629999', 16, '1'))).toMatchObject({ account: { number: 1, fits: true } })
    const first = await sent(id)
    expect(first).toMatchObject({ rows: 1, amount: approved['owed'] })
    const back = await answered(first, approved, 'REJECTED', {
      table: 'settlement.claim_payment_result',
      event: 'insert',
    })
    expect(back).toMatchObject({ rejected: 1, repeated: 0 })
    expect(await look(id)).toMatchObject({ state: 'PAYMENT_RETURNED', paid: '0.00' })
    expect(await held(`payable:claim:${POOL}`)).toBe(fen(approved['owed']))

    expect(await entered(id, cardOf('629999', 16, '2'))).toMatchObject({ account: { number: 2, fits: true } })
    const second = await sent(id)
    const paid = await answered(second, approved, 'PAID', telling('PAID'))
    expect(paid).toMatchObject({ paid: 1, repeated: 0, problems: [] })

    const done = await look(id)
    expect(done).toMatchObject({ state: 'PAID', owed: approved['owed'], paid: approved['owed'] })
    expect(done['payments'].map((one: Data) => one['state'])).toEqual(['REJECTED', 'PAID'])
    // Each step stands once in the history, however often it was asked for.
    const kinds: string[] = done['history'].map((one: Data) => one['kind'])
    for (const kind of ['SUBMITTED', 'ACCEPTED', 'SETTLED', 'PAID', 'PAYMENT_RETURNED'])
      expect(
        kinds.filter((one) => one === kind),
        kinds.join(),
      ).toHaveLength(1)
    expect(kinds.filter((one) => one === 'PAYMENT_SENT')).toHaveLength(2)
    expect(await held(`payable:claim:${POOL}`)).toBe(0n)
    expect(await held(`transit:${POOL}`)).toBe(0n)
    expect(await held(`bank:${POOL}`)).toBe(fen(approved['owed']))
    const requestId = randomUUID()
    const paper = await killedAt({ table: 'settlement.claim_decision_paper', event: 'insert' }, () =>
      as(PERSON.personNumber, ISSUE, { requestId, claim: id }),
    )
    expect(paper).toMatchObject({ outcome: 'PARTIAL', owed: approved['owed'] })
    expect(await faultsIn(folder.dataDir)).toEqual([])
    const verified = await run(['verify.ts'], { YIBAO_DATA: folder.dataDir, DATABASE_URL: '' })
    expect(verified, verified.output).toMatchObject({ code: 0 })
  },
)
