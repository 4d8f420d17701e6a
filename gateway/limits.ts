/** What one request may ask for at most. Every limit is checked before anything is planned or executed. */
export interface Limits {
  /** Bytes of the address in the request line, parameters included; of everything on the port. */
  readonly targetBytes: number
  /** Bytes of a body when a caller has signed in; a bill of 10,000 lines must arrive to be refused by name. */
  readonly bodyBytes: number
  /** Bytes of a body before anybody has signed in. */
  readonly anonymousBodyBytes: number
  /** Brackets within brackets of a body, its values and its different names, before it is read as JSON. */
  readonly bodyDepth: number
  readonly bodyValues: number
  readonly bodyNames: number
  /** Lexical tokens of a document. */
  readonly tokens: number
  /** The same before anybody has signed in; the usual introspection query has 184. */
  readonly anonymousTokens: number
  /** Fields and fragments after expansion of fragments; counting stops here. */
  readonly selections: number
  /** Nested selection sets; the usual introspection query needs 15. */
  readonly depth: number
  readonly aliases: number
  readonly directives: number
  readonly rootFields: number
  /** Fields of one response name in one place, fragments included; validation compares each with each. */
  readonly sameName: number
  /** Objects an answer can hold: each object field counts once per expected row around it. */
  readonly cost: number
  /** `first` and `last` of a page; at least 1. */
  readonly pageSize: number
  /** Items of one list in the variables. */
  readonly listItems: number
  /** Values in all variables together. */
  readonly inputValues: number
  /** Documents kept parsed and validated, and the characters of all of them; a parsed one takes fifty times that. */
  readonly documentsKept: number
  readonly documentCharacters: number
}

export const LIMITS: Limits = {
  targetBytes: 2_048,
  bodyBytes: 8 * 1024 * 1024,
  anonymousBodyBytes: 16 * 1024,
  bodyDepth: 32,
  bodyValues: 500_000,
  bodyNames: 1_000,
  tokens: 4_000,
  anonymousTokens: 500,
  selections: 1_000,
  depth: 16,
  aliases: 100,
  directives: 50,
  rootFields: 10,
  sameName: 50,
  cost: 10_000,
  pageSize: 100,
  listItems: 10_000,
  inputValues: 300_000,
  documentsKept: 1_000,
  documentCharacters: 2 * 1024 * 1024,
}

/** Rows of a page when the client names no size and the schema says none. */
export const PAGE_ROWS = 20
/** Rows counted for a list that has no page size of its own, such as the lines of a bill. */
export const UNPAGED_ROWS = 10
