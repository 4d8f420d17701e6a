import { createBuilder } from '@yibao/schema/builder'
import { connections } from '@yibao/schema/connection'
import type { Context } from './context.ts'

export const builder = createBuilder<Context>()
builder.mutationType({})

export const connectionOf = connections(builder)
