import { randomUUIDv7 } from 'node:crypto'
import { settleClaim } from '@yibao/settlement/commands/claim-settle'
import { takeBackSettlement } from '@yibao/settlement/commands/claim-take-back'
import { createContext, createServices } from '@yibao/settlement/context'
import type { ClaimContent, ClaimLine } from '@yibao/settlement/domain/claim'
import { findClaim, stepClaim } from '@yibao/settlement/store/claim'
import type { SettleWorld, WorldPerson } from './settle-world.ts'

let sequence = 0

/** A line of 200 yuan of a class A drug, as a person wrote it down. */
export const claimLine = (change: Partial<ClaimLine> = {}): ClaimLine => ({
  serial: '1',
  name: '甲类药',
  code: 'XA01',
  chargeType: '09',
  price: '20.00',
  quantity: '10',
  amount: '200.00',
  time: '2026-11-20',
  ...change,
})

/** Outpatient care of one line at a hospital at home, two days ago, of which nobody knows the number of the visit. */
export const claimContent = (change: Partial<ClaimContent> = {}): ClaimContent => ({
  place: {
    institution: null,
    name: '县医院',
    division: '620900',
    level: 'LEVEL_2',
    designated: true,
    confirmed: { designated: true, level: 'LEVEL_2' },
  },
  careType: '11',
  emergency: false,
  trauma: null,
  birthType: null,
  disease: null,
  begin: '2026-11-20',
  end: '2026-11-20',
  visit: null,
  chargeBatch: null,
  diagnoses: [{ code: 'J00', name: '急性鼻咽炎' }],
  filing: null,
  total: '200.00',
  invoices: [],
  lines: [claimLine()],
  papers: [],
  account: null,
  note: null,
  ...change,
})

/** What a reviewer said of a line. */
export interface ReviewOf {
  readonly serial: string
  readonly outcome: 'APPROVED' | 'REDUCED' | 'DENIED'
  /** Fen. */
  readonly amount: number
  readonly code?: string
  readonly reason?: string
}

interface Decided {
  readonly content?: Partial<ClaimContent>
  readonly reviews?: readonly ReviewOf[]
  readonly pool?: string
  readonly state?: string
}

export const servicesOf = ({ db, secrets, time }: Pick<SettleWorld, 'db' | 'secrets' | 'time'>) =>
  createServices({ db, secrets, clock: () => time.now, ids: randomUUIDv7 })

/** A claim as it stands once it was decided, before its settlement: how it comes so far is told by other tests. */
export async function decidedClaim(
  { admin }: Pick<SettleWorld, 'admin'>,
  { insuredId }: Pick<WorldPerson, 'insuredId'>,
  { content = {}, reviews = [], pool = '620900', state = 'SETTLING' }: Decided = {},
): Promise<string> {
  sequence += 1
  const id = randomUUIDv7()
  // Several claims of a person are of several visits, unless a test says of which; where the place is known, its bill is held by that.
  const isPlaceKnown = content.place !== undefined && content.place.institution !== null
  const whole = claimContent(isPlaceKnown ? content : { visit: `C${sequence}`, ...content })
  await admin.query(
    `insert into settlement.claim (insured_id, id, number, pool, insurance_type, kind, cause, state, version, content, rules,
       applied_by, channel, opened_at, changed_at, submitted_at, accepted_at, decided_at, assignee)
     values ($1, $2, $3, $4, '310', 'OUTPATIENT', 'NO_CREDENTIAL', $5, 4, $6, 'x', 'x', 'PERSON', now(), now(), now(), now(),
       now(), 'staff:620900:clerk')`,
    [insuredId, id, `${pool}20261122${String(sequence).padStart(8, '0')}`, pool, state, JSON.stringify(whole)],
  )
  for (const { serial, outcome, amount, code = null, reason = null } of reviews)
    await admin.query(
      `insert into settlement.claim_line_review (insured_id, claim_id, serial, code, outcome, amount, reason, by, at)
       values ($1, $2, $3, $4, $5, $6, $7, 'x', now())`,
      [insuredId, id, serial, code, outcome, amount, reason],
    )
  const { institution } = whole.place
  if (institution === null) return id
  for (const { number } of whole.invoices)
    await admin.query(
      'insert into settlement.invoice (institution, invoice, insured_id, settlement_id) values ($1, $2, $3, $4)',
      [institution, number, insuredId, id],
    )
  if (whole.visit !== null)
    await admin.query(
      `insert into settlement.bill (institution, visit, charge_batch, insured_id, settlement_id, begin_at, end_at, care_kind,
         care_type) values ($1, $2, $3, $4, $5, now(), now(), 'OUTPATIENT', '11')`,
      [institution, whole.visit, whole.chargeBatch, insuredId, id],
    )
  return id
}

/** Settles a claim that was decided. */
export const settleDecided = (world: Pick<SettleWorld, 'db' | 'secrets' | 'time'>, id: string): Promise<void> =>
  settleClaim(servicesOf(world), { id })

/** Takes back what a claim was settled with and lets it be decided anew, as an appeal that is upheld does. */
export async function takeBackDecided(world: Pick<SettleWorld, 'db' | 'secrets' | 'time'>, id: string): Promise<void> {
  const services = servicesOf(world)
  await world.db.orm.transaction(async (tx) => {
    const claim = await findClaim(tx, id)
    if (claim === null) throw new Error('there is no such claim')
    const { set } = await takeBackSettlement(tx, createContext(services, null, 'trace-1'), claim)
    await stepClaim(tx, claim, {
      to: 'ACCEPTED',
      path: 'claim',
      kind: 'APPEAL_UPHELD',
      at: world.time.now,
      by: 'x',
      set,
    })
  }, 'serializable')
}

export interface ClaimRow {
  readonly state: string
  readonly version: number
  readonly owed: string
  readonly paid: string
  readonly settlement_id: string | null
}

/** How a claim stands in the database. */
export async function claimRow({ admin }: Pick<SettleWorld, 'admin'>, id: string): Promise<ClaimRow> {
  const { rows } = await admin.query<ClaimRow>(
    'select state, version, owed::text, paid::text, settlement_id from settlement.claim where id = $1',
    [id],
  )
  const [row] = rows
  if (row === undefined) throw new Error('there is no such claim')
  return row
}
