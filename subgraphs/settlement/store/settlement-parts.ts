import { LINK_COLUMNS, PROVINCE_COLUMNS } from './settlement-columns.ts'
import { sponsorEffects } from './sponsor-parts.ts'
import { WITH_WHAT_FOLLOWS } from './statement.ts'
import type { SettlementPart } from './write-settlement.ts'

/** Takes from relatives' accounts what they pay. */
export const SPONSORS: SettlementPart = {
  when: (w) => w.sponsors.length > 0,
  effects: (statement) =>
    sponsorEffects(
      statement,
      (from) => `
        insert into settlement.counter as k (insured_id, pool, insurance_type, name, period, amount)
        select o.sponsor_id, o.pool, o.insurance_type, o.counter, o.year, o.current + o.history from ${from}
        on conflict (insured_id, pool, insurance_type, name, period) do update set amount = k.amount + excluded.amount`,
    ),
}

/** Notes until when the institution has to confirm. */
export const CONFIRMATION: SettlementPart = {
  when: (w) => w.confirmBy !== null,
  effects: ({ param }) => [
    `confirmation as (
      insert into settlement.confirmation (settlement_id, insured_id, institution, due_at)
      select ${param('uuid', (w) => w.settlement.id)}, r.insured_id, ${param('text', (w) => w.settlement.institution)},
        ${param('timestamptz', (w) => w.confirmBy?.toString() ?? null)}
      from request_row r)`,
  ],
}

/** Voids the invoice of a bill that was paid in full. */
export const CONVERSION: SettlementPart = {
  when: (w) => w.conversion !== null,
  effects: ({ param }) => [
    `conversion as (
      insert into settlement.conversion (institution, invoice, insured_id, settlement_id, paid_at, paid, returned)
      select ${param('text', (w) => w.settlement.institution)}, ${param('text', (w) => w.conversion?.invoice ?? null)},
        r.insured_id, ${param('uuid', (w) => w.settlement.id)},
        ${param('timestamptz', (w) => w.conversion?.paidAt.toString() ?? null)},
        ${param('bigint', (w) => w.conversion?.paid ?? null)}, ${param('bigint', (w) => w.conversion?.returned ?? null)}
      from request_row r)`,
  ],
}

/** Names the settlement of the whole bill on that of what a refund left. */
export const REPLACEMENT: SettlementPart = { when: (w) => w.settlement.replaces !== null, columns: LINK_COLUMNS }

/** Names the province whose platform keeps the other side. */
export const OTHER_PROVINCE: SettlementPart = {
  when: (w) => w.settlement.otherProvince !== null,
  columns: PROVINCE_COLUMNS,
}

/** Keeps what was told of an institution in another province. */
export const INSTITUTION_ELSEWHERE: SettlementPart = {
  when: (w) => w.elsewhere !== undefined,
  effects: ({ param }) => [
    `institution_elsewhere as (
      insert into settlement.institution_elsewhere (settlement_id, insured_id, name, kind, level, pool)
      select ${param('uuid', (w) => w.settlement.id)}, r.insured_id, ${param('text', (w) => w.elsewhere?.name ?? null)},
        ${param('text', (w) => w.elsewhere?.kind ?? null)}, ${param('text', (w) => w.elsewhere?.level ?? null)},
        ${param('text', (w) => w.elsewhere?.pool ?? null)}
      from request_row r)`,
  ],
}

/** Does not wait for the disk (decisions/029). */
export const RESERVED: SettlementPart = {
  when: (w) => w.isReserved === true,
  gate: { name: 'reserved', sql: () => `select ${WITH_WHAT_FOLLOWS} from guard` },
}

/** A bill of an earlier benefit year is written while no period was closed since it was decided, and none is meanwhile. */
export const CLOSINGS: SettlementPart = {
  when: (w) => w.closings !== undefined,
  gate: {
    name: 'closings_gate',
    sql: ({ param }) => `
      select true from guard, settlement.closing_version v
      where v.version = ${param('bigint', (w) => w.closings ?? null)} for share of v`,
  },
}
