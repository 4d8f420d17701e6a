import type { KeyObject } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { join } from 'node:path'
import { createGuard } from '@yibao/gateway/guard'
import { createDocuments, operationOf } from '@yibao/gateway/documents'
import { LIMITS } from '@yibao/gateway/limits'
import { createSignIn } from '@yibao/gateway/sign-in'
import { readSupergraph } from '@yibao/gateway/supergraph'
import { answerWith, createApollo } from '@yibao/schema/apollo'
import { createHttpServer, listen, readBody } from '@yibao/schema/http'
import { SCOPES, type Identity } from '@yibao/schema/identity'
import type { Logger } from '@yibao/schema/logger'
import { serve } from '@yibao/schema/serve'
import type { Subgraph } from '@yibao/schema/subgraph'
import { asked } from './asked.ts'
import { HOSPITAL } from './bills.ts'
import { isMutation, remembering } from './remembering.ts'

/** Addresses under which the parts of one platform can be asked apart. */
export interface Doors {
  /** The settlement subgraph under an Apollo Server of its own, with the guard and the token check of the gateway. */
  readonly direct: string
  /** Each subgraph for a gateway of whatever make: no token, no rights of the one who asks. */
  readonly bare: Readonly<Record<string, string>>
  /** Each subgraph as it stands alone: for this platform's gateway only, each request with its token. */
  readonly closed: Readonly<Record<string, string>>
}

interface DoorOptions {
  readonly address: string
  readonly subgraphs: readonly Subgraph[]
  readonly internalKey: KeyObject
  readonly logger: Logger
}

const SUPERGRAPH = join(import.meta.dirname, '..', '..', 'schema', 'supergraph.graphql')
const KEEP_ALIVE_MS = 65_000
const BODY_MAX = 16 * 2 ** 20
const JSON_TYPE = { 'content-type': 'application/json; charset=utf-8' }

const asHospital: Identity = { kind: 'institution', subject: HOSPITAL, institution: HOSPITAL, scopes: SCOPES }

/** Opens them all on free ports of this machine. They close with the process. */
export async function openDoors(options: DoorOptions): Promise<Doors> {
  const { subgraphs, internalKey: key, logger } = options
  const named = async (open: (subgraph: Subgraph) => Promise<number>) =>
    Object.fromEntries(
      await Promise.all(
        subgraphs.map(async (one) => [one.name, `http://127.0.0.1:${await open(one)}/graphql`] as const),
      ),
    )
  return {
    direct: await openDirect(options),
    bare: await named((subgraph) => openBare(remembering(subgraph))),
    closed: await named(async (one) => (await serve({ subgraph: remembering(one), key, logger })).listen({ port: 0 })),
  }
}

type Answer = (request: IncomingMessage) => Promise<string>

/** Reads a body, answers it with JSON; whatever fails is a status 500 that the load counts as an error. */
export async function openJson(answer: Answer): Promise<number> {
  const handle = (request: IncomingMessage, response: ServerResponse) =>
    answer(request).then(
      (text) => response.writeHead(200, JSON_TYPE).end(text),
      (error: unknown) => response.writeHead(500, JSON_TYPE).end(JSON.stringify({ errors: [String(error)] })),
    )
  return listen(
    createHttpServer((request, response) => void handle(request, response), KEEP_ALIVE_MS),
    {
      port: 0,
      host: '127.0.0.1',
    },
  )
}

interface Body {
  readonly query: string
  readonly operationName?: string
  readonly variables?: Record<string, unknown>
}

/** Mutations are those of a hospital, questions those of a person. */
async function openBare(subgraph: Subgraph): Promise<number> {
  const asPerson: Identity = { kind: 'person', subject: 'bench', insuredId: asked().insuredId, scopes: SCOPES }
  return openJson(async (request) => {
    const { query, operationName, variables = {} } = JSON.parse(await readBody(request, BODY_MAX)) as Body
    const identity = isMutation(query) ? asHospital : asPerson
    return JSON.stringify(await subgraph.execute({ query, operationName, variables, identity, traceId: 'bench' }))
  })
}

async function openDirect({ address, subgraphs, logger }: DoorOptions): Promise<string> {
  const subgraph = subgraphs.find(({ name }) => name === 'settlement')
  if (subgraph === undefined) throw new Error('there is no settlement subgraph')
  const supergraph = readSupergraph(await readFile(SUPERGRAPH, 'utf8'))
  const endpoint = `${address}/graphql`
  const signIn = createSignIn({ issuer: `${address}/oidc`, audience: endpoint, endpoint })
  const documents = createDocuments({
    schema: supergraph.api,
    limits: LIMITS,
    introspection: true,
    closedRoots: supergraph.closedRoots,
  })
  const guard = createGuard({ schema: supergraph.api, access: supergraph.access, limits: LIMITS })
  const apollo = await createApollo({
    schema: supergraph.api,
    logger,
    documentStore: documents.store,
    execute: ({ document, operationName, source, variables, caller }) => {
      const operation = operationOf(document, operationName)
      const checked = guard({ document, operation, operationName, variables, ...caller })
      return subgraph.execute({ query: source, operationName, variables: checked, ...caller })
    },
  })
  const port = await openJson(async (request) => {
    const identity = await signIn(request.headers.authorization, { method: 'POST' })
    const body = JSON.parse(await readBody(request, BODY_MAX)) as Body
    documents.read(body.query, false)
    return (await answerWith(apollo, body, { identity, traceId: 'bench' })).body
  })
  return `http://127.0.0.1:${port}/graphql`
}
