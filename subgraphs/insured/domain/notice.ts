import { holdsIdentity } from '@yibao/schema/ids'
import type { Text } from '@yibao/schema/rejection'
import { z } from 'zod'

/**
 * What a placeholder can stand for. None can carry the name of a person, an identity number, a phone or an account:
 * values are checked against the form of their kind, and what does not fit is not shown.
 */
const KINDS = ['day', 'month', 'time', 'money', 'count', 'pool', 'institution', 'reference'] as const
export type PlaceholderKind = (typeof KINDS)[number]

const FORMS: Readonly<Record<PlaceholderKind, RegExp>> = {
  day: /^\d{4}-\d{2}-\d{2}$/,
  month: /^\d{4}-?\d{2}$/,
  /** An instant; shown to the minute, in Asia/Shanghai. */
  time: /^\d{4}-\d{2}-\d{2}T[\d:.]{5,12}(Z|[+-]\d{2}:\d{2})$/,
  /** Yuan with two decimals. */
  money: /^-?\d{1,10}\.\d{2}$/,
  count: /^\d{1,6}$/,
  pool: /^\d{6}$/,
  institution: /^[HP]\d{11}$/,
  /** The number or id of a case: what the recipient quotes when asking about it. */
  reference: /^[0-9A-Za-z][0-9A-Za-z_-]{0,39}$/,
}

const text = z.object({ zh: z.string().min(1), en: z.string().min(1) })

const TEMPLATE = z.strictObject({
  /** Named by whoever asks for the message: `claim.paid`. */
  code: z.string().regex(/^[a-z_-]+(\.[a-z_-]+)+$/),
  /** A changed text is a new version beside the old one, which messages that were sent go on showing. */
  version: z.number().int().positive(),
  placeholders: z.record(z.string().regex(/^[a-zA-Z]+$/), z.enum(KINDS)),
  /** By which it goes out besides in the app, unless the recipient chose otherwise. */
  channels: z.array(z.enum(['SMS', 'PUSH'])),
  title: text,
  text,
  /** What appears on a locked phone, for templates that leave the app: without amounts and numbers of cases. */
  short: text.optional(),
})
export type Template = z.output<typeof TEMPLATE> & { readonly kind: string }

const FILE = z.strictObject({
  /** What a recipient chooses channels by. */
  kind: z.string().regex(/^[A-Z][A-Z_]{1,39}$/),
  name: text,
  templates: z.array(TEMPLATE),
})

export interface Notices {
  readonly kinds: ReadonlyMap<string, Text>
  /** The newest version, or the one asked for; null when there is none. */
  find(code: string, version?: number): Template | null
  readonly templates: readonly Template[]
}

/** Reads template files. @throws when one is faulty, naming it. */
export function loadNotices(files: readonly { readonly name: string; readonly text: string }[]): Notices {
  const kinds = new Map<string, Text>()
  const templates = files.flatMap(({ name, text: json }) => {
    const file = read(name, json)
    kinds.set(file.kind, file.name)
    return file.templates.map((one) => checked({ ...one, kind: file.kind }, name))
  })
  const newestFirst = templates.toSorted((a, b) => b.version - a.version)
  return {
    kinds,
    templates,
    find: (code, version) =>
      newestFirst.find((one) => one.code === code && (version === undefined || one.version === version)) ?? null,
  }
}

function read(name: string, json: string): z.output<typeof FILE> {
  const found = FILE.safeParse(JSON.parse(json))
  if (found.success) return found.data
  throw new Error(`notices ${name}: ${z.prettifyError(found.error)}`)
}

/** A phone that lies on a table shows this to anybody. */
const SHORT_KINDS: ReadonlySet<PlaceholderKind> = new Set(['day', 'month', 'count', 'pool'])

function checked(one: Template, file: string): Template {
  const where = `template ${one.code} in ${file}`
  for (const name of placeholdersOf([one.title, one.text])) {
    if (!Object.hasOwn(one.placeholders, name)) throw new Error(`${where} uses {${name}} without saying what it is`)
  }
  if (one.channels.length > 0 && one.short === undefined)
    throw new Error(`${where} leaves the app without a short text`)
  for (const name of placeholdersOf(one.short === undefined ? [] : [one.short])) {
    const kind = one.placeholders[name]
    if (kind === undefined || !SHORT_KINDS.has(kind)) throw new Error(`${where} may not show {${name}} on a phone`)
  }
  return one
}

const placeholdersOf = (texts: readonly Text[]): string[] =>
  texts.flatMap(({ zh, en }) => [...`${zh}${en}`.matchAll(/\{(\w+)\}/g)].map(([, name = '']) => name))

export type NoticeData = Readonly<Record<string, string | number>>

/** A text with its values in place. One that is missing or has not its form is shown as a dash. */
export const fill = ({ zh, en }: Text, template: Template, data: NoticeData): Text => ({
  zh: fillOne(zh, template, data),
  en: fillOne(en, template, data),
})

const fillOne = (pattern: string, { placeholders }: Template, data: NoticeData): string =>
  pattern.replaceAll(/\{(\w+)\}/g, (_, name: string) => {
    const [kind, value] = [placeholders[name], data[name]]
    return kind !== undefined && value !== undefined && fitsPlaceholder(kind, String(value))
      ? shown(kind, String(value))
      : '—'
  })

const PHONE = /(?<![0-9A-Za-z])1[3-9]\d{9}(?![0-9A-Za-z])/
const ACCOUNT = /(?<![0-9A-Za-z])\d{15,19}(?![0-9A-Za-z])/

export const fitsPlaceholder = (kind: PlaceholderKind, value: string): boolean =>
  FORMS[kind].test(value) && !holdsIdentity(value) && !PHONE.test(value) && !ACCOUNT.test(value)

function shown(kind: PlaceholderKind, value: string): string {
  if (kind !== 'time') return value
  const at = Temporal.Instant.from(value).toZonedDateTimeISO('Asia/Shanghai')
  return `${at.toPlainDate().toString()} ${at.toPlainTime().toString({ smallestUnit: 'minute' })}`
}

/** What is shown of a message whose template this process does not know, or knows no longer. */
export const GENERIC: { readonly title: Text; readonly text: Text } = {
  title: { zh: '您有新的业务通知', en: 'there is news for you' },
  text: {
    zh: '一项与您有关的业务有了进展，请登录查询。',
    en: 'Something that concerns you has moved on; look it up in the app.',
  },
}
