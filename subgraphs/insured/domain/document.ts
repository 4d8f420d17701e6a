import { NotAllowed } from '@yibao/schema/rejection'

/** A file somebody uploaded, or the platform made. */
export interface Document {
  readonly id: string
  readonly purpose: string
  readonly name: string
  /** Found in the content; null until it was looked at. */
  readonly type: string | null
  readonly size: number
  readonly received: number
  readonly sha256: string | null
  readonly state: DocumentState
  /** Code of the refusal. */
  readonly reason: string | null
  readonly pool: string | null
  readonly insuredId: string | null
  readonly institution: string | null
  readonly employer: string | null
  readonly channel: string | null
  readonly createdAt: Temporal.Instant
  readonly finishedAt: Temporal.Instant | null
  /** The caller, as requests record it. */
  readonly uploadedBy: string
  readonly usedBy: string | null
}

export type DocumentState = 'UPLOADING' | 'CHECKING' | 'STORED' | 'REFUSED' | 'WITHDRAWN'

/** Where the content can be fetched for some minutes. */
export interface DocumentLink {
  /** Below the address of the gateway. */
  readonly path: string
  readonly expiresAt: Temporal.Instant
}

export interface DocumentFilter {
  readonly purpose?: string
  readonly state?: DocumentState
  readonly insuredId?: string
  readonly before?: string
}

/** @throws NotAllowed when whoever asks did not upload it, a business names it, or there is nothing to withdraw. */
export function checkWithdrawal(one: Document, callers: readonly string[]): void {
  if (!callers.includes(one.uploadedBy)) {
    throw NotAllowed.at('id', 'NOT_YOUR_UPLOAD', {
      zh: '只有上传者可以撤回文件',
      en: 'only who uploaded a document withdraws it',
    })
  }
  if (one.usedBy !== null) throw usedAlready()
  if (one.state !== 'STORED') {
    throw NotAllowed.at('id', 'NOT_STORED', {
      zh: '文件不在已保存状态；未完成的上传请以 DELETE 终止',
      en: 'the document is not stored; an unfinished upload is ended by DELETE',
    })
  }
}

export const usedAlready = (): NotAllowed =>
  NotAllowed.at('id', 'DOCUMENT_USED', {
    zh: '文件已被业务引用，不能撤回',
    en: 'a business names the document, it can no longer be withdrawn',
  })
