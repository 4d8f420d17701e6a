import type { IncomingMessage, ServerResponse } from 'node:http'
import { fault } from '@yibao/schema/fault'
import type { Logger } from '@yibao/schema/logger'
import type { Transport } from '@yibao/schema/subgraph'
import type { SignIn } from './sign-in.ts'

/** The subgraph that keeps files. */
const HOME = 'insured'

export type AskForFile = (request: IncomingMessage, response: ServerResponse, traceId: string) => Promise<void>

/**
 * Hands everything below `/files` to the subgraph that keeps files, in this process or over HTTP. Who asks is verified
 * here, as for an operation; a link carries its own right and comes without a token.
 */
export function createFiles(parts: { signIn: SignIn; transports: readonly Transport[]; logger: Logger }): AskForFile {
  const { signIn, transports, logger } = parts
  const home = transports.find(({ name }) => name === HOME)

  return async (request, response, traceId) => {
    const { method = '', url = '', headers } = request
    const [path = ''] = url.split('?', 1)
    const { dpop } = headers
    const proof = typeof dpop === 'string' ? { dpop } : {}
    const identity = await signIn(headers.authorization, { method, path, ...proof })
    if (home?.files === undefined) throw unavailable()
    try {
      await home.files(request, response, { identity, traceId })
    } catch (error) {
      logger.error({ traceId, err: error }, 'the subgraph of files did not answer')
      throw unavailable()
    }
  }
}

const unavailable = () =>
  fault('SUBGRAPH_UNAVAILABLE', {
    zh: '文件服务暂不可用，请稍后续传。',
    en: 'Files cannot be had now; go on with the upload later.',
  })
