import { personalAccount } from './ledger.ts'

export const ACCOUNT_KINDS = [
  'BANK',
  'CLAIM',
  'DEPOSIT',
  'DUE',
  'FUND',
  'OPENING',
  'PAYABLE_CLAIM',
  'PAYABLE_CONTRIBUTION',
  'PAYABLE_INSTITUTION',
  'PAYABLE_PERSON',
  'PAYABLE_PROVINCE',
  'PERSONAL',
  'PREFUND',
  'PREFUNDED',
  'RECEIVABLE_CLAIM',
  'RECEIVABLE_CONTRIBUTION',
  'RECEIVABLE_PROVINCE',
  'TRANSIT',
] as const
export type AccountKind = (typeof ACCOUNT_KINDS)[number]

/** What the name of a ledger account says; whose it is, is decided by this alone. */
export type AccountName =
  | {
      readonly kind: 'FUND'
      readonly pool: string
      readonly insuranceType: string
      /** `fund_pay_type` */
      readonly fundPayType: string
    }
  | {
      readonly kind:
        | 'BANK'
        | 'OPENING'
        | 'PAYABLE_CLAIM'
        | 'RECEIVABLE_CLAIM'
        | 'PAYABLE_CONTRIBUTION'
        | 'RECEIVABLE_CONTRIBUTION'
        | 'TRANSIT'
      readonly pool: string
    }
  /** What another pool owes the pool, and what the pool owes another. */
  | { readonly kind: 'CLAIM' | 'DUE'; readonly pool: string; readonly otherPool: string }
  | { readonly kind: 'DEPOSIT'; readonly institution: string; readonly pool: string }
  | { readonly kind: 'PAYABLE_INSTITUTION'; readonly institution: string }
  | { readonly kind: 'PAYABLE_PERSON'; readonly insuredId: string }
  /** What the pool owes another province for bills its platform pays to the institutions there, and the other way round. */
  | { readonly kind: 'PAYABLE_PROVINCE' | 'RECEIVABLE_PROVINCE'; readonly pool: string; readonly province: string }
  /** What the pool has paid in with another province, and what another has paid in with it. */
  | { readonly kind: 'PREFUND' | 'PREFUNDED'; readonly pool: string; readonly province: string }
  | { readonly kind: 'PERSONAL'; readonly insuredId: string; readonly purse: 'CURRENT' | 'HISTORY' }

const UUID = '[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}'
const FORMS: readonly (readonly [RegExp, (parts: readonly string[]) => AccountName])[] = [
  [
    /^fund:([^:]+):([^:]+):([^:]+)$/,
    ([pool = '', insuranceType = '', fundPayType = '']) => ({ kind: 'FUND', pool, insuranceType, fundPayType }),
  ],
  [/^opening:([^:]+)$/, ([pool = '']) => ({ kind: 'OPENING', pool })],
  [/^bank:([^:]+)$/, ([pool = '']) => ({ kind: 'BANK', pool })],
  [/^transit:([^:]+)$/, ([pool = '']) => ({ kind: 'TRANSIT', pool })],
  [/^claim:([^:]+):([^:]+)$/, ([pool = '', otherPool = '']) => ({ kind: 'CLAIM', pool, otherPool })],
  [/^due:([^:]+):([^:]+)$/, ([pool = '', otherPool = '']) => ({ kind: 'DUE', pool, otherPool })],
  [
    /^deposit:institution:([^:]+):([^:]+)$/,
    ([institution = '', pool = '']) => ({ kind: 'DEPOSIT', institution, pool }),
  ],
  [/^prefund:([^:]+):([^:]+)$/, ([pool = '', province = '']) => ({ kind: 'PREFUND', pool, province })],
  [/^prefunded:([^:]+):([^:]+)$/, ([pool = '', province = '']) => ({ kind: 'PREFUNDED', pool, province })],
  [/^payable:claim:([^:]+)$/, ([pool = '']) => ({ kind: 'PAYABLE_CLAIM', pool })],
  [/^payable:contribution:([^:]+)$/, ([pool = '']) => ({ kind: 'PAYABLE_CONTRIBUTION', pool })],
  [/^receivable:contribution:([^:]+)$/, ([pool = '']) => ({ kind: 'RECEIVABLE_CONTRIBUTION', pool })],
  [/^receivable:claim:([^:]+)$/, ([pool = '']) => ({ kind: 'RECEIVABLE_CLAIM', pool })],
  [/^payable:institution:([^:]+)$/, ([institution = '']) => ({ kind: 'PAYABLE_INSTITUTION', institution })],
  [
    /^payable:province:([^:]+):([^:]+)$/,
    ([pool = '', province = '']) => ({ kind: 'PAYABLE_PROVINCE', province, pool }),
  ],
  [
    /^receivable:province:([^:]+):([^:]+)$/,
    ([pool = '', province = '']) => ({ kind: 'RECEIVABLE_PROVINCE', province, pool }),
  ],
  [new RegExp(`^payable:person:(${UUID})$`), ([insuredId = '']) => ({ kind: 'PAYABLE_PERSON', insuredId })],
  [
    new RegExp(`^personal:(${UUID}):(CURRENT|HISTORY)$`),
    ([insuredId = '', purse]) => ({ kind: 'PERSONAL', insuredId, purse: purse === 'HISTORY' ? 'HISTORY' : 'CURRENT' }),
  ],
]

/** Reads the name of an account; null when it is none of the kinds there are. */
export function parseAccount(account: string): AccountName | null {
  for (const [form, name] of FORMS) {
    const found = form.exec(account)
    if (found !== null) return name(found.slice(1))
  }
  return null
}

/** Who asks for an account; an identity is one. */
export type Asker =
  | { readonly kind: 'institution'; readonly institution: string }
  | { readonly kind: 'staff'; readonly pool: string }
  | { readonly kind: 'person'; readonly insuredId: string }
  | { readonly kind: 'auditor' }
  | { readonly kind: 'employer' | 'channel' }

/** Names from `from`, included, up to `before`, not included, in the order of their bytes. */
export interface NameRange {
  readonly from: string
  readonly before: string
}

/** After every name that begins so: no character of a name is as high. */
const LAST = '\u{10ffff}'
const beginning = (prefix: string): NameRange => ({ from: prefix, before: `${prefix}${LAST}` })
/** No name goes on with a control character. */
export const exactly = (name: string): NameRange => ({ from: name, before: `${name}\u0001` })

const KIND_PREFIX: Readonly<Record<AccountKind, string>> = {
  BANK: 'bank:',
  CLAIM: 'claim:',
  DEPOSIT: 'deposit:institution:',
  DUE: 'due:',
  FUND: 'fund:',
  OPENING: 'opening:',
  PAYABLE_CLAIM: 'payable:claim:',
  PAYABLE_CONTRIBUTION: 'payable:contribution:',
  PAYABLE_INSTITUTION: 'payable:institution:',
  PAYABLE_PERSON: 'payable:person:',
  PAYABLE_PROVINCE: 'payable:province:',
  PERSONAL: 'personal:',
  PREFUND: 'prefund:',
  PREFUNDED: 'prefunded:',
  RECEIVABLE_CLAIM: 'receivable:claim:',
  RECEIVABLE_CONTRIBUTION: 'receivable:contribution:',
  RECEIVABLE_PROVINCE: 'receivable:province:',
  TRANSIT: 'transit:',
}

/** The accounts somebody may know: those of their pool and what it owes, what they are owed, their own; in order. */
function knownTo(asker: Asker): readonly NameRange[] {
  switch (asker.kind) {
    case 'institution':
      return [
        beginning(`deposit:institution:${asker.institution}:`),
        exactly(`payable:institution:${asker.institution}`),
      ]
    case 'staff':
      return [
        exactly(`bank:${asker.pool}`),
        beginning(`claim:${asker.pool}:`),
        beginning('deposit:institution:'),
        beginning(`due:${asker.pool}:`),
        beginning(`fund:${asker.pool}:`),
        exactly(`opening:${asker.pool}`),
        exactly(`payable:claim:${asker.pool}`),
        beginning('payable:contribution:'),
        beginning('payable:institution:'),
        beginning('payable:person:'),
        beginning(`payable:province:${asker.pool}:`),
        beginning(`prefund:${asker.pool}:`),
        beginning(`prefunded:${asker.pool}:`),
        exactly(`receivable:claim:${asker.pool}`),
        exactly(`receivable:contribution:${asker.pool}`),
        beginning(`receivable:province:${asker.pool}:`),
        exactly(`transit:${asker.pool}`),
      ]
    case 'person':
      return [
        exactly(`payable:person:${asker.insuredId}`),
        exactly(personalAccount(asker.insuredId, 'CURRENT')),
        exactly(personalAccount(asker.insuredId, 'HISTORY')),
      ]
    case 'auditor':
      return [beginning('')]
    case 'employer':
    case 'channel':
      return []
  }
}

/** Compares as the database does: by code points, which is the order of UTF-8 bytes. */
const isBefore = (a: string, b: string): boolean => Buffer.compare(Buffer.from(a), Buffer.from(b)) < 0

/** The ranges of accounts that somebody asks for and may know, after one by name, in order; none overlap. */
export function askedRanges(
  asker: Asker,
  {
    kind,
    prefix,
    after,
  }: { readonly kind: AccountKind | null; readonly prefix: string; readonly after: string | null },
): NameRange[] {
  const wanted = [
    beginning(prefix),
    ...(kind === null ? [] : [beginning(KIND_PREFIX[kind])]),
    ...(after === null ? [] : [{ from: `${after}\u0001`, before: LAST }]),
  ]
  return knownTo(asker).flatMap((known) => {
    const range = wanted.reduce(
      (a, b) => ({
        from: isBefore(a.from, b.from) ? b.from : a.from,
        before: isBefore(a.before, b.before) ? a.before : b.before,
      }),
      known,
    )
    return isBefore(range.from, range.before) ? [range] : []
  })
}

/** Whether somebody may know of an account. */
export const mayKnow = (asker: Asker, account: string): boolean =>
  knownTo(asker).some(({ from, before }) => !isBefore(account, from) && isBefore(account, before))

/** Whether an account is there although nothing was ever posted to it: one's own. */
export const isOwn = (asker: Asker, account: string): boolean =>
  (asker.kind === 'institution' || asker.kind === 'person') && mayKnow(asker, account)
