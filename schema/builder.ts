import SchemaBuilder from '@pothos/core'
import DirectivesPlugin from '@pothos/plugin-directives'
import ErrorsPlugin from '@pothos/plugin-errors'
import FederationPlugin from '@pothos/plugin-federation'
import type { Scope, Role } from './identity.ts'
import {
  formatQuantity,
  formatRate,
  formatUnitPrice,
  formatYuan,
  type Fen,
  type Quantity,
  type Rate,
  type UnitPrice,
} from './money.ts'
import {
  Busy,
  InvalidInput,
  NotAllowed,
  NotFound,
  type Rejection,
  RequestReused,
  type Problem,
  type Text,
} from './rejection.ts'

/** One way in: a role, or a role that also needs a scope. "institution settlement:write" reads as it is meant. */
export type Grant = Role | `${Role} ${Scope}`

type DecimalText = string

/** Scalars as resolvers see them. Inputs stay text: the domain reads them, so that a fault becomes a typed problem. */
type Scalars = {
  Money: { Input: DecimalText; Output: Fen }
  Rate: { Input: DecimalText; Output: Rate }
  UnitPrice: { Input: DecimalText; Output: UnitPrice }
  Quantity: { Input: DecimalText; Output: Quantity }
  Date: { Input: string; Output: Temporal.PlainDate }
  DateTime: { Input: string; Output: Temporal.Instant }
  ID: { Input: string; Output: string }
}

type Directives = {
  requiresScopes: { locations: 'OBJECT' | 'FIELD_DEFINITION' | 'INTERFACE'; args: { scopes: string[][] } }
  tag: { locations: 'OBJECT' | 'FIELD_DEFINITION' | 'INTERFACE'; args: { name: string } }
}

/** The types every subgraph's builder speaks; `Context` is the subgraph's own. */
export interface Vocabulary<Context extends object> {
  Context: Context
  Scalars: Scalars
  Directives: Directives
  DefaultFieldNullability: false
}

/** Who may use a type or a field: any one of the grants is enough. Enforced by `schema/access.ts`, at the gateway and again in the subgraph. */
export const may = (...grants: Grant[]) => ({
  directives: {
    requiresScopes: {
      scopes: grants.map((grant) => grant.split(' ').map((word, i) => (i === 0 ? `role:${word}` : word))),
    },
  },
})

/** Anyone who can reach the endpoint may use it, signed in or not. */
export const open = () => ({ directives: { tag: { name: 'public' } } })

const asText = (value: unknown): string => {
  if (typeof value !== 'string') throw new TypeError('must be a JSON string')
  return value
}

function scalar<T>(description: string, serialize: (value: T) => string) {
  return { description, serialize: (value: T) => serialize(value), parseValue: asText }
}

/**
 * The one Pothos builder. It brings the scalars, the `Rejection` interface with the rejections every subgraph can
 * give, and the authorisation directives; a subgraph adds its own nouns and verbs.
 */
export function createBuilder<Context extends object>() {
  const builder = new SchemaBuilder<Vocabulary<Context>>({
    plugins: [ErrorsPlugin, DirectivesPlugin, FederationPlugin],
    defaultFieldNullability: false,
    errors: {
      directResult: true,
      defaultTypes: [],
      defaultUnionOptions: {
        name: ({ fieldName }) => `${fieldName.charAt(0).toUpperCase()}${fieldName.slice(1)}Result`,
      },
    },
  })
  builder.queryType({})
  addScalars(builder as unknown as AnyBuilder)
  addRejections(builder as unknown as AnyBuilder)
  return builder
}

export type Builder<Context extends object> = ReturnType<typeof createBuilder<Context>>

type AnyBuilder = PothosSchemaTypes.SchemaBuilder<PothosSchemaTypes.ExtendDefaultTypes<Vocabulary<object>>>

function addScalars(builder: AnyBuilder) {
  builder.scalarType(
    'Money',
    scalar('人民币金额，元，字符串，两位小数。 Yuan as a JSON string with two decimals, "100.01".', formatYuan),
  )
  builder.scalarType(
    'Rate',
    scalar('比例，字符串，四位小数。 A ratio as a JSON string with four decimals, "0.8500".', formatRate),
  )
  builder.scalarType(
    'UnitPrice',
    scalar('单价，元，最多六位小数。 A unit price in yuan, up to six decimals.', formatUnitPrice),
  )
  builder.scalarType('Quantity', scalar('数量，最多四位小数。 A quantity, up to four decimals.', formatQuantity))
  builder.scalarType(
    'Date',
    scalar('日期 yyyy-MM-dd。 A day in Asia/Shanghai.', (day: Temporal.PlainDate) => day.toString()),
  )
  builder.scalarType(
    'DateTime',
    scalar('时刻 RFC 3339，带时区。 An instant, RFC 3339 with an offset.', (at: Temporal.Instant) => at.toString()),
  )
}

function addRejections(builder: AnyBuilder) {
  const text = builder.objectRef<Text>('Text').implement({
    ...open(),
    shareable: true,
    description: '中英文文本。 One text in Chinese and English.',
    fields: (t) => ({ zh: t.exposeString('zh'), en: t.exposeString('en') }),
  })
  const problem = builder.objectRef<Problem>('Problem').implement({
    ...open(),
    shareable: true,
    description: '一处输入错误。 One fault of the input and where it is.',
    fields: (t) => ({
      path: t.exposeString('path', { description: '字段路径。 Path of the field, lines[3].amount.' }),
      code: t.exposeString('code'),
      message: t.field({ type: text, resolve: (p) => p.message }),
    }),
  })
  const rejection = builder.interfaceRef<Rejection>('Rejection').implement({
    ...open(),
    description: '业务拒绝，未发生任何变更。 The business says no; nothing was changed.',
    fields: (t) => ({
      code: t.exposeString('code', { description: '稳定的机器码。 Stable code for machines.' }),
      message: t.field({ type: text, resolve: (r) => r.text }),
      retryable: t.exposeBoolean('retryable', {
        description: '原样重试可能成功。 The same request may succeed later, unchanged.',
      }),
      problems: t.field({ type: [problem], resolve: (r) => [...r.problems] }),
    }),
  })
  const rejections = [
    [InvalidInput, 'InvalidInput', '输入有误，problems 指出每个字段。 The input is wrong; problems names each field.'],
    [NotFound, 'NotFound', '不存在或无权知晓。 It does not exist, or the caller may not know.'],
    [NotAllowed, 'NotAllowed', '规则不允许，code 说明原因。 A rule forbids it; code says which.'],
    [RequestReused, 'RequestReused', 'requestId 已用于其他内容。 The requestId was used with other content.'],
    [Busy, 'Busy', '繁忙，请原样重试。 Busy; send the same request again.'],
  ] as const
  for (const [type, name, description] of rejections) {
    builder.objectType(type as typeof InvalidInput, {
      name,
      description,
      ...open(),
      shareable: true,
      interfaces: [rejection],
    })
  }
}

/** The federation version and directives every subgraph is printed with; pass it to `builder.toSubGraphSchema`. */
export const FEDERATION = {
  linkUrl: 'https://specs.apollo.dev/federation/v2.6',
  federationDirectives: ['@key', '@shareable', '@external', '@requires', '@provides', '@requiresScopes', '@tag'],
} as const
