import { hash } from 'node:crypto'
import {
  getLocation,
  NoSchemaIntrospectionCustomRule,
  parse,
  specifiedRules,
  validate,
  type ASTNode,
  type DocumentNode,
  type GraphQLError,
  type GraphQLSchema,
} from 'graphql'
import { LRUCache } from 'lru-cache'
import { fault } from '@yibao/schema/fault'
import type { Limits } from './limits.ts'

/** A document read once: either good for execution, or the reasons why not. */
export type ReadDocument =
  | { readonly document: DocumentNode; readonly errors?: undefined }
  | { readonly errors: readonly GraphQLError[]; readonly document?: undefined }

export interface Documents {
  read(source: string): ReadDocument
  /** The same documents under the keys Apollo Server uses, so that it neither parses nor validates again. */
  readonly store: {
    get(key: string): Promise<DocumentNode | undefined>
    set(key: string, document: DocumentNode): Promise<void>
    delete(key: string): Promise<boolean>
  }
}

interface DocumentsOptions {
  schema: GraphQLSchema
  limits: Limits
  introspection: boolean
}

/** Validation stops after this many faults. */
const FAULTS_MAX = 20

/** Parses and validates each distinct document once; failures are remembered too, or repeating one would be an attack. */
export function createDocuments({ schema, limits, introspection }: DocumentsOptions): Documents {
  const known = new LRUCache<string, ReadDocument>({ max: limits.documentsKept })
  const rules = introspection ? specifiedRules : [...specifiedRules, NoSchemaIntrospectionCustomRule]

  function judge(source: string): ReadDocument {
    let document: DocumentNode
    try {
      document = parse(source, { maxTokens: limits.tokens })
    } catch (error) {
      return { errors: [syntaxFault(error as GraphQLError, limits)] }
    }
    const errors = validate(schema, document, rules, { maxErrors: FAULTS_MAX })
    return errors.length === 0 ? { document } : { errors: errors.map((error) => validationFault(error, introspection)) }
  }

  function read(source: string): ReadDocument {
    const key = hash('sha256', source)
    const past = known.get(key)
    if (past !== undefined) return past
    const fresh = judge(source)
    known.set(key, fresh)
    return fresh
  }

  return {
    read,
    store: {
      get: (key) => Promise.resolve(known.get(key.slice(key.lastIndexOf(':') + 1))?.document),
      set: () => Promise.resolve(),
      delete: () => Promise.resolve(false),
    },
  }
}

function syntaxFault(error: GraphQLError, limits: Limits): GraphQLError {
  if (error.message.includes(`more that ${limits.tokens} tokens`)) {
    const text = { zh: `查询超过 ${limits.tokens} 个词。`, en: `The document has more than ${limits.tokens} tokens.` }
    return fault('LIMIT_EXCEEDED', text, { limit: 'tokens', max: limits.tokens })
  }
  const [at] = error.locations ?? []
  const text = {
    zh: `查询第 ${at?.line} 行第 ${at?.column} 列语法错误。`,
    en: `Syntax error at line ${at?.line}, column ${at?.column} of the document.`,
  }
  return fault('GRAPHQL_PARSE_FAILED', text, { at })
}

const MESSAGE_MAX = 300

/** graphql-js quotes literal values, which may be personal data, and names as long as the client made them. */
function validationFault(error: GraphQLError, introspection: boolean): GraphQLError {
  const at = error.locations?.[0]
  const isAboutValue = error.nodes?.some((node) => VALUE.test(node.kind)) === true
  const said = introspection ? error.message : error.message.replace(/ Did you mean .*$/s, '')
  const en = isAboutValue ? literalFault(error.nodes?.[0]) : said.slice(0, MESSAGE_MAX)
  return fault('GRAPHQL_VALIDATION_FAILED', { zh: `查询不符合接口定义（第 ${at?.line} 行第 ${at?.column} 列）。`, en }, { at })
}

const VALUE = /Value$|^ObjectField$/

function literalFault(node: ASTNode | undefined): string {
  const at = node?.loc && getLocation(node.loc.source, node.loc.start)
  return `The literal at line ${at?.line}, column ${at?.column} does not fit the type expected there.`
}
