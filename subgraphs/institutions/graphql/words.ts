import type { Problem, Text } from '@yibao/schema/rejection'
import type { builder } from '../builder.ts'

// Every builder brings these; Pothos finds a type of its own by name.
export const text = 'Text' as unknown as ReturnType<typeof builder.objectRef<Text>>
export const problem = 'Problem' as unknown as ReturnType<typeof builder.objectRef<Problem>>
