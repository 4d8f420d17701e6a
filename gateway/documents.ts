import { hash } from 'node:crypto'
import {
  getLocation,
  getOperationAST,
  GraphQLError,
  Kind,
  NoSchemaIntrospectionCustomRule,
  parse,
  specifiedRules,
  validate,
  visit,
  type ASTNode,
  type DocumentNode,
  type GraphQLSchema,
  type OperationDefinitionNode,
} from 'graphql'
import { LRUCache } from 'lru-cache'
import { fault, faultCode } from '@yibao/schema/fault'
import { countDocument } from './document-shape.ts'
import type { Limits } from './limits.ts'

/** A document read once: either good for execution, or the reasons why not; and whether a stranger may be told. */
export type ReadDocument =
  | { readonly document: DocumentNode; readonly errors?: undefined; readonly isForAnyone: boolean }
  | { readonly errors: readonly GraphQLError[]; readonly document?: undefined; readonly isForAnyone: boolean }

export interface Documents {
  /** A caller who has not signed in gets fewer tokens, and 401 before validation when a root field is not open. */
  read(source: string, isAnonymous: boolean): ReadDocument
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
  /** Root fields that need somebody who has signed in. */
  closedRoots: ReadonlySet<string>
}

/** Validation stops after this many faults. */
const FAULTS_MAX = 20

/**
 * Parses, counts and validates each distinct document once; failures are remembered too, or repeating one would be an
 * attack. Only what a stranger is refused before validation is not: that costs less than remembering it.
 */
export function createDocuments({ schema, limits, introspection, closedRoots }: DocumentsOptions): Documents {
  const known = new LRUCache<string, ReadDocument>({ max: limits.documentsKept, maxSize: limits.documentCharacters })
  const rules = introspection ? specifiedRules : [...specifiedRules, NoSchemaIntrospectionCustomRule]

  function judge(source: string, isAnonymous: boolean): ReadDocument {
    const tokens = isAnonymous ? limits.anonymousTokens : limits.tokens
    let isForAnyone = false
    try {
      const document = parse(source, { maxTokens: tokens })
      const closed = closedRoots.intersection(countDocument(document, limits)).values().next().value
      isForAnyone = closed === undefined && (document.tokenCount ?? Infinity) <= limits.anonymousTokens
      if (isAnonymous && closed !== undefined) return { errors: [needsSignIn(closed)], isForAnyone }
      const errors = validate(schema, document, rules, { maxErrors: FAULTS_MAX, hideSuggestions: !introspection })
      if (errors.length > 0) return { errors: errors.map((error) => validationFault(error, limits)), isForAnyone }
      // graphql-js lets an operation pass whose root type the schema does not have.
      const rootless = document.definitions.find(
        (node) => node.kind === Kind.OPERATION_DEFINITION && !schema.getRootType(node.operation),
      )
      if (rootless === undefined) return { document: withoutPlaces(document), isForAnyone }
      const text = { zh: '接口不提供这种操作。', en: 'The schema has no operations of this kind.' }
      return { errors: [fault('GRAPHQL_VALIDATION_FAILED', text)], isForAnyone }
    } catch (error) {
      if (faultCode(error) !== null) return { errors: [error as GraphQLError], isForAnyone }
      return { errors: [syntaxFault(error, tokens, limits)], isForAnyone }
    }
  }

  function read(source: string, isAnonymous: boolean): ReadDocument {
    const key = hash('sha256', source)
    const past = known.get(key)
    if (past !== undefined && (past.isForAnyone || !isAnonymous)) return past
    const fresh = judge(source, isAnonymous)
    if (fresh.isForAnyone || !isAnonymous) known.set(key, fresh, { size: source.length })
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

/** Places are for messages; what is kept for execution is half the size without them. */
function withoutPlaces(document: DocumentNode): DocumentNode {
  visit(document, {
    enter(node) {
      Object.assign(node, { loc: undefined })
    },
  })
  return document
}

/** The operation a request means. Throws OPERATION_RESOLUTION_FAILURE, without repeating the name, when there is none. */
export function operationOf(document: DocumentNode, operationName: string | undefined): OperationDefinitionNode {
  const operation = getOperationAST(document, operationName)
  if (operation) return operation
  throw fault('OPERATION_RESOLUTION_FAILURE', {
    zh: '文档中没有 operationName 所指的操作，或有多个操作而未指明。',
    en: 'The document has no such operation, or several and operationName names none.',
  })
}

const needsSignIn = (field: string) =>
  fault('UNAUTHENTICATED', { zh: `${field} 需要登录。`, en: `${field} needs a signed-in caller.` }, { field })

function syntaxFault(error: unknown, tokens: number, limits: Limits): GraphQLError {
  if (!(error instanceof GraphQLError)) {
    // The stack is full: parser and rules descend with the document, which the guard would refuse for its depth.
    const text = { zh: '查询嵌套过深。', en: 'The document is nested too deeply.' }
    return fault('LIMIT_EXCEEDED', text, { limit: 'depth', max: limits.depth })
  }
  if (error.message.includes(`more that ${tokens} tokens`)) {
    const text = { zh: `查询超过 ${tokens} 个词。`, en: `The document has more than ${tokens} tokens.` }
    return fault('LIMIT_EXCEEDED', text, { limit: 'tokens', max: tokens })
  }
  const [at] = error.locations ?? []
  const text = {
    zh: `查询第 ${at?.line} 行第 ${at?.column} 列语法错误。`,
    en: `Syntax error at line ${at?.line}, column ${at?.column} of the document.`,
  }
  return fault('GRAPHQL_PARSE_FAILED', text, { at })
}

const MESSAGE_MAX = 300
/** What graphql-js says when comparing the fields of a document would take too long. */
const ABORTED = 'Validation aborted.'

/** graphql-js quotes literal values, which may be personal data, and names as long as the client made them. */
function validationFault(error: GraphQLError, limits: Limits): GraphQLError {
  if (error.message === ABORTED) {
    const text = { zh: '查询中同名字段过多。', en: 'Too many fields of one name to compare.' }
    return fault('LIMIT_EXCEEDED', text, { limit: 'selections', max: limits.selections })
  }
  const at = error.locations?.[0]
  const isAboutValue = error.nodes?.some((node) => VALUE.test(node.kind)) === true
  const en = isAboutValue ? literalFault(error.nodes?.[0]) : error.message.slice(0, MESSAGE_MAX)
  return fault(
    'GRAPHQL_VALIDATION_FAILED',
    { zh: `查询不符合接口定义（第 ${at?.line} 行第 ${at?.column} 列）。`, en },
    { at },
  )
}

const VALUE = /Value$|^ObjectField$/

function literalFault(node: ASTNode | undefined): string {
  const at = node?.loc && getLocation(node.loc.source, node.loc.start)
  return `The literal at line ${at?.line}, column ${at?.column} does not fit the type expected there.`
}
