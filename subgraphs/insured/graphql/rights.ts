import { may } from '@yibao/schema/builder'

/** Basic data of a person; which persons one sees is decided by the row rules of the database. */
export const mayRead = may(
  'institution insured:read',
  'staff insured:read',
  'person insured:read',
  'auditor insured:read',
)

/** Credentials are shown at counters; being shown one is what lets an institution see a person at all. */
export const mayBeShown = may('institution insured:read')

/** Naming a person of the pool at a window. */
export const maySearch = may('staff insured:read')

/** The whole identity number. Auditors see the mask, like everybody else. */
export const mayReadIdentity = may('institution insured:pii', 'staff insured:pii', 'person insured:pii')

/** Who read whose data. */
export const mayReadLog = may('person insured:read', 'auditor audit:read')

export const mayWrite = may('staff insured:write')

/** The bureau, and the hospital that found the disease. */
export const mayRegisterDisease = may('staff insured:write', 'institution insured:write')

/** Whose account pays for whom: the two of them and their bureaus. Hospitals see what was paid, not by whom. */
export const mayReadMutualAid = may('staff insured:read', 'person insured:read', 'auditor insured:read')

/** One's own account. */
export const mayBind = may('person insured:write')

/** What covers a person: whoever reads the person, and the employer through whom they are enrolled. */
export const mayReadEnrolment = may(
  'institution insured:read',
  'staff insured:read',
  'person insured:read',
  'employer insured:read',
  'auditor insured:read',
)

/** What happened to enrolments: hospitals see what holds, not how it came to be. */
export const mayReadEvents = may(
  'staff insured:read',
  'person insured:read',
  'employer insured:read',
  'auditor insured:read',
)

/** The bureau for its pool, an employer for those it employs. */
export const mayEnrol = may('staff insured:write', 'employer insured:write')

/** An employer, what it declares, and the vouchers of it. */
export const mayReadEmployer = may('staff insured:read', 'employer insured:read', 'auditor insured:read')

/** Bills of contributions: of oneself, one's people, one's pool. */
export const mayReadBills = may(
  'staff insured:read',
  'person insured:read',
  'employer insured:read',
  'auditor insured:read',
)

/** Payments of contributions; a channel sees those it took. */
export const mayReadReceipts = may(
  'staff insured:read',
  'person insured:read',
  'employer insured:read',
  'channel insured:read',
  'auditor insured:read',
)

/** Paying for oneself or somebody named by identity number and name: people, counters, banks and the tax authority. */
export const mayPay = may('staff insured:write', 'person insured:write', 'channel insured:write')

/** Giving back what was paid twice: the bureau of the pool, or the channel that took it. */
export const mayRefund = may('staff insured:write', 'channel insured:write')

/** Paying a month of an employer. */
export const mayPayEmployer = may('staff insured:write', 'employer insured:write', 'channel insured:write')

/** What a person can show: the person and their bureaus. Institutions see what is shown to them. */
export const mayReadCards = may('staff insured:read', 'person insured:read', 'auditor insured:read')

/** Electronic cards, which the channel that issues them sees as well. */
export const mayReadElectronicCards = may(
  'staff insured:read',
  'person insured:read',
  'channel insured:read',
  'auditor insured:read',
)
export const mayListElectronicCards = may('channel insured:read')
export const mayIssueElectronicCards = may('channel insured:write')

/** Of a card: the person it is of, and the bureau. */
export const mayReportLoss = may('staff insured:write', 'person insured:write')

/** Which documents one sees is decided by the row rules of the database. */
export const mayReadDocuments = may('person', 'staff', 'institution', 'employer', 'channel', 'auditor')

export const mayUpload = may('person', 'staff', 'institution', 'employer', 'channel')

/** A certificate of what was paid for oneself. */
export const mayCertifyPaid = may('person insured:read')

/** Where one is treated: the person, the bureau, and the institution on behalf of who showed it a credential. */
export const mayChoose = may('staff insured:write', 'person insured:write', 'institution insured:write')

/** The windows that check who somebody is. */
export const mayCertifyPerson = may('staff insured:write', 'institution insured:write')
export const mayCheckCertificate = may('staff insured:read', 'institution insured:read')
export const mayReadCertificates = may('staff insured:read', 'person insured:read', 'auditor insured:read')

/** What somebody was told; each sees their own inbox. */
export const mayReadMessages = may('person', 'staff', 'institution', 'employer', 'auditor')

export const mayReceiveMessages = may('person', 'staff', 'institution', 'employer')

/** Whoever can have a phone. */
export const mayChooseChannels = may('person', 'institution', 'employer')

/** About a record of their own. */
export const mayDispute = may('employer insured:write', 'person insured:write')
