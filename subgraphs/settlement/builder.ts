import { createBuilder } from '@yibao/schema/builder'
import type { Context } from './context.ts'

export const builder = createBuilder<Context>()
builder.mutationType({})
