import { dayOf, parseDay, parseInstant } from '@yibao/schema/dates'
import { callerOf } from '@yibao/schema/identity'
import { uuidFault } from '@yibao/schema/ids'
import { pageOf, readPage, type Page } from '@yibao/schema/page'
import { InvalidInput, type Problem } from '@yibao/schema/rejection'
import { builder, connectionOf } from '../builder.ts'
import { staffOf } from '../commands/monthly-statement.ts'
import type { Claim } from '../domain/claim.ts'
import { daysOfColour, type ClockColour } from '../domain/claim-clock.ts'
import { listBreaches, type BreachPlace, type KeptClock } from '../store/claim-clock.ts'
import { listClaimQueue, type QueueFilter } from '../store/claim-queue.ts'
import { claimRulesOf } from '../store/claim-rules.ts'
import { claimClock, clockColour, clockKind } from './claim-review.ts'
import { claimConnection } from './claims.ts'
import { claim } from './claim.ts'
import { claimState } from './claim-words.ts'
import { mayReadClaimBreaches, mayReviewClaims } from './claim-rights.ts'

/** Whether a key can be one of a queue ordered by deadline. */
const isQueueKey = (key: string): boolean => {
  const [due = '', id = '', ...more] = key.split('/')
  return more.length === 0 && (parseDay(due) !== null || due === '9999-12-31') && uuidFault(id) === null
}

function dueWithin(colour: ClockColour | null, pool: string, today: Temporal.PlainDate): QueueFilter['due'] {
  if (colour === null) return null
  if (colour === 'PAUSED') return 'paused'
  return daysOfColour(colour, { today, alarmDays: claimRulesOf(pool).alarm.workingDays })
}

const placeAfter = (key: string | null): QueueFilter['after'] => {
  const [due, id] = key?.split('/') ?? []
  return due === undefined || id === undefined ? null : { due, id }
}

builder.queryField('claimQueue', (t) =>
  t.field({
    ...mayReviewClaims,
    type: claimConnection,
    description:
      '本统筹区待办的报销申请和申诉，期限最近在前，暂停的在后。 Claims and appeals that wait for the staff who ask, most urgent first, those that stand still last.',
    errors: { types: [InvalidInput] },
    args: {
      first: t.arg.int(),
      after: t.arg.string(),
      state: t.arg({ type: claimState }),
      kind: t.arg.string({ description: '报销类别。 Kind of claim in the rules of the pool.' }),
      colour: t.arg({
        type: clockColour,
        description:
          '按经办机构的期限，补正期间为暂停。 By the clock of the agency, which is PAUSED while papers are missing.',
      }),
      mine: t.arg.boolean({ description: '仅本人经办。 Only those of whoever asks.' }),
      unassigned: t.arg.boolean({ description: '仅无人经办。 Only those nobody has.' }),
    },
    resolve: async (_root, { state, kind, colour, mine, unassigned, ...args }, context): Promise<Page<Claim>> => {
      const problems: Problem[] = []
      const { size, after } = readPage(args, isQueueKey, problems)
      InvalidInput.throwIf(problems)
      const staff = staffOf(context)
      const filter: QueueFilter = {
        pool: staff.pool,
        state: state ?? null,
        kind: kind ?? null,
        due: dueWithin(colour ?? null, staff.pool, dayOf(context.now())),
        assignee: mine === true ? callerOf(staff) : unassigned === true ? null : undefined,
        after: placeAfter(after),
      }
      const found = pageOf(
        await context.read((tx) => listClaimQueue(tx, filter, size + 1)),
        size,
        (one) => `${one.due}/${one.claim.id}`,
      )
      for (const { node } of found.edges) context.noteRead(node.claim.insuredId, 'claimQueue')
      return { ...found, edges: found.edges.map(({ cursor, node }) => ({ cursor, node: node.claim })) }
    },
  }),
)

const breach = builder.objectRef<KeptClock & { readonly claim: Claim }>('ClaimBreach').implement({
  ...mayReadClaimBreaches,
  description: '超期记录。 A deadline that passed before what it was for was done.',
  fields: (t) => ({
    claim: t.expose('claim', { type: claim }),
    clock: t.field({ type: claimClock, resolve: (one) => ({ clock: one, pool: one.claim.pool }) }),
  }),
})

const breachConnection = connectionOf('ClaimBreach', breach, mayReadClaimBreaches)

/** Whether a key can be one of the list of breaches. */
const isBreachKey = (key: string): boolean => {
  const [at = '', id = '', kind = '', startedAt = '', ...more] = key.split('/')
  if (more.length > 0 || parseInstant(at) === null || uuidFault(id) !== null) return false
  return /^[A-Z]{1,20}$/.test(kind) && parseInstant(startedAt) !== null
}

const placeOfBreach = ({ breachedAt, claimId, kind, startedAt }: KeptClock): string =>
  [breachedAt?.toString() ?? '', claimId, kind, startedAt.toString()].join('/')

function breachAfter(key: string | null): BreachPlace | null {
  if (key === null) return null
  const [at = '', claimId = '', kind = '', startedAt = ''] = key.split('/')
  return { at, claimId, kind, startedAt }
}

builder.queryField('claimBreaches', (t) =>
  t.field({
    ...mayReadClaimBreaches,
    type: breachConnection,
    description:
      '报销超期报告，最近的在前：本统筹区的，审计人员可看全部或指定统筹区。 Breached deadlines, the latest first: those of the pool; an auditor sees all, or those of a pool.',
    errors: { types: [InvalidInput] },
    args: {
      first: t.arg.int(),
      after: t.arg.string(),
      kind: t.arg({ type: clockKind }),
      open: t.arg.boolean({ description: '仅至今未办的。 Only what is still not done.' }),
      pool: t.arg.string({ description: '统筹区，仅供审计人员。 For auditors.' }),
    },
    resolve: async (_root, { kind, open, pool, ...args }, context) => {
      const problems: Problem[] = []
      const { size, after } = readPage(args, isBreachKey, problems)
      InvalidInput.throwIf(problems)
      const { identity, load } = context
      const filter = {
        pool: identity?.kind === 'staff' ? identity.pool : (pool ?? null),
        kind: kind ?? null,
        open: open === true,
        after: breachAfter(after),
      }
      const rows = await context.read((tx) => listBreaches(tx, filter, size + 1))
      const page = pageOf(rows, size, placeOfBreach)
      const claims = await Promise.all(page.edges.map(({ node }) => load.claim.load(node.claimId)))
      return {
        ...page,
        edges: page.edges.flatMap(({ cursor, node }, i) => {
          const found = claims[i] ?? null
          return found === null ? [] : [{ cursor, node: { ...node, claim: found } }]
        }),
      }
    },
  }),
)
