import { isAbstractType, type GraphQLSchema } from 'graphql'

/** The names of the types a condition lets pass: those it names, and the objects that belong to them. */
export type Covered = (conditions: readonly string[]) => ReadonlySet<string>

/** What each type condition of a graph covers, looked up once per condition when a plan is compiled. */
export function createCovered(schema: GraphQLSchema): Covered {
  return (conditions) =>
    new Set(
      conditions.flatMap((name) => {
        const type = schema.getType(name)
        return isAbstractType(type) ? [name, ...schema.getPossibleTypes(type).map((one) => one.name)] : [name]
      }),
    )
}

/** An object of an answer, as it is on the wire. */
export type Row = Record<string, unknown>

export const isRow = (value: unknown): value is Row =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
