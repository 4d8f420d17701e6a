import { AsyncLocalStorage } from 'node:async_hooks'
import { randomUUIDv7 } from 'node:crypto'
import { callerOf, type Identity } from '@yibao/schema/identity'
import { uuidFault } from '@yibao/schema/ids'
import { ERRORS, Server, type Upload } from '@tus/server'
import { finish, stateOf, type FinishParts } from './finish-upload.ts'
import { contentPath } from './paths.ts'
import { noPerson, planUpload, type UploadPlan } from './plan-upload.ts'
import { FileRefused, REASONS, type Reason } from './refusal.ts'
import { addUpload, findUpload } from './upload-rows.ts'
import { UploadStore } from './upload-store.ts'

/** How long an upload may stay unfinished, and how many of them a caller may have. */
const LIFE_HOURS = 24
const UNFINISHED_MAX = 20

export interface UploadServerParts extends FinishParts {
  /** Whether somebody may know of a person, as everywhere else. */
  readonly sees: (identity: Identity, insuredId: string) => Promise<boolean>
}

/** Who sends the request that is under way, and what it will be. */
interface Current {
  readonly identity: Identity
  plan?: UploadPlan
}

/** Answers tus requests of somebody who has signed in. */
export type AnswerUpload = (request: Request, identity: Identity) => Promise<Response>

/**
 * Resumable uploads by tus 1.0. Rights, sizes and numbers are decided before anything is stored; an upload belongs to
 * whoever began it, and to nobody else.
 */
export function createUploadServer(parts: UploadServerParts): AnswerUpload {
  const current = new AsyncLocalStorage<Current>()
  const server = new Server({
    path: '/files',
    relativeLocation: true,
    disableTerminationForFinishedUploads: true,
    datastore: new UploadStore({ ...parts, lifeMs: LIFE_HOURS * 3_600_000, create: (upload) => create(upload) }),
    getFileIdFromRequest: (request) => {
      const id = new URL(request.url).pathname.slice('/files/'.length)
      return uuidFault(id) === null ? id.toLowerCase() : undefined
    },
    namingFunction: async (_request, metadata = {}) => {
      const now = here()
      now.plan = planUpload(metadata, now.identity)
      const { insuredId } = now.plan
      if (insuredId !== null && !(await parts.sees(now.identity, insuredId))) throw noPerson()
      return randomUUIDv7()
    },
    // Only a new upload has a plan; one that goes on keeps to the size it began with.
    maxSize: () => here().plan?.purpose.maxBytes ?? 0,
    onIncomingRequest: async (_request, id) => {
      const { identity, plan } = here()
      if (plan !== undefined) return
      const row = await findUpload(parts.db.orm, id)
      if (row === null || row.uploadedBy !== callerOf(identity)) throw ERRORS.FILE_NOT_FOUND
    },
    onUploadFinish: async (_request, { id }) => {
      await finish(parts, id)
      const { state, reason } = await stateOf(parts, id)
      if (state === 'REFUSED')
        throw new FileRefused(422, reason ?? 'REFUSED', REASONS[(reason ?? 'TYPE_UNKNOWN') as Reason])
      return { headers: { 'document-state': state } }
    },
  })

  function here(): Current {
    const now = current.getStore()
    if (now === undefined) throw new Error('a tus request without a caller')
    return now
  }

  async function create({ id, size }: Upload): Promise<void> {
    const { identity, plan } = here()
    if (plan === undefined) throw new Error('an upload without a plan')
    if (size === undefined || size === 0) throw emptyFile()
    const { wrapped } = parts.storage.newKey(id)
    const now = parts.clock()
    const isAdded = await addUpload(parts.db.orm, {
      documentId: id,
      plan,
      uploadedBy: callerOf(identity),
      size,
      // Until it is checked nothing lies there: whoever checks it says where it lies.
      storageKey: contentPath(),
      keyWrapped: wrapped,
      now,
      expiresAt: now.add({ hours: LIFE_HOURS }),
      most: UNFINISHED_MAX,
    })
    if (!isAdded) throw tooMany()
  }

  return (request, identity) => current.run({ identity }, () => server.handleWeb(request as never))
}

const emptyFile = () => new FileRefused(422, 'EMPTY', { zh: '文件为空', en: 'the file is empty' })

const tooMany = () =>
  new FileRefused(429, 'TOO_MANY_UNFINISHED', {
    zh: `未完成的上传不能超过 ${UNFINISHED_MAX} 个，请先完成或删除`,
    en: `no more than ${UNFINISHED_MAX} uploads may be unfinished: finish or delete some first`,
  })
