import type { ReadTx, Tx } from '@yibao/drizzle/connect'
import { claimDecisionPaper as paper } from '@yibao/drizzle/settlement-claim-payment'
import { asc, eq, getTableColumns, inArray, sql } from 'drizzle-orm'
import type { DecisionContent, DecisionPaper } from '../domain/claim-decision-paper.ts'

const { codeHash: _codeHash, ...SHOWN } = getTableColumns(paper)

type Row = Omit<typeof paper.$inferSelect, 'codeHash'>
const asPaper = ({ content, ...rest }: Row): DecisionPaper => ({ ...rest, content: content as DecisionContent })

/** Keeps a paper; false when the decision was put on paper before. */
export async function addDecisionPaper(tx: Tx, one: DecisionPaper & { readonly codeHash: Buffer }): Promise<boolean> {
  const added = await tx
    .insert(paper)
    .values({ ...one })
    .onConflictDoNothing({ target: paper.decisionId })
    .returning({ id: paper.decisionId })
  return added.length === 1
}

export async function findDecisionPaper(db: ReadTx | Tx, decisionId: string): Promise<DecisionPaper | null> {
  const [row] = await db.select(SHOWN).from(paper).where(eq(paper.decisionId, decisionId))
  return row === undefined ? null : asPaper(row)
}

/** The papers of claims, the first decision first. */
export async function listDecisionPapers(db: ReadTx, claims: readonly string[]): Promise<DecisionPaper[]> {
  const rows = await db
    .select(SHOWN)
    .from(paper)
    .where(inArray(paper.claimId, [...claims]))
    .orderBy(asc(paper.claimId), asc(paper.issuedAt), asc(paper.decisionId))
  return rows.map(asPaper)
}

/** The paper a code stands on, whoever asks. */
export async function findPaperByCode(db: Tx, codeHash: Buffer): Promise<DecisionPaper | null> {
  const [row] = await db.select(SHOWN).from(paper).where(eq(paper.codeHash, codeHash))
  return row === undefined ? null : asPaper(row)
}

/** Whether a decision is the last one of its claim, and was not taken back. */
export async function isStanding(db: Tx, { decisionId, claimId }: DecisionPaper): Promise<boolean> {
  const { rows } = await db.execute(sql`
    select from settlement.claim_decision d
    where d.id = ${decisionId}
      and not exists (select from settlement.claim_decision n where n.claim_id = ${claimId}
        and (n.confirmed_at, n.id) > (d.confirmed_at, d.id))
      and not exists (select from settlement.claim_appeal a where a.decision_id = d.id and a.state = 'UPHELD')
      and exists (select from settlement.claim c where c.insured_id = d.insured_id and c.id = d.claim_id and c.decided_at is not null)`)
  return rows.length === 1
}
