import type { Identity } from '@yibao/schema/identity'
import { divisionFault, uuidFault } from '@yibao/schema/ids'
import { PURPOSES, type Purpose } from './purposes.ts'
import { FileRefused } from './refusal.ts'

/** What an upload will be, as far as it is known before a byte was sent. */
export interface UploadPlan {
  readonly purpose: Purpose
  readonly name: string
  readonly pool: string
  readonly insuredId: string | null
  readonly institution: string | null
  readonly employer: string | null
  readonly channel: string | null
  readonly sha256: Buffer | null
}

/** Reads the metadata of an upload: `purpose`, `filename`, `pool`, `about`, `sha256`. Pure. @throws FileRefused. */
export function planUpload(metadata: Readonly<Record<string, string | null>>, identity: Identity): UploadPlan {
  const purpose = PURPOSES.get(metadata['purpose'] ?? '')
  if (purpose === undefined) {
    throw new FileRefused(422, 'PURPOSE_UNKNOWN', {
      zh: `Upload-Metadata 须含 purpose，取值：${[...PURPOSES.keys()].join('、')}`,
      en: `Upload-Metadata needs purpose, one of ${[...PURPOSES.keys()].join(', ')}`,
    })
  }
  if (!purpose.by.includes(identity.kind)) {
    throw new FileRefused(403, 'PURPOSE_NOT_YOURS', {
      zh: '您不能上传该用途的文件',
      en: 'you may not upload for this purpose',
    })
  }
  return {
    purpose,
    name: safeName(metadata['filename'] ?? ''),
    pool: poolOf(metadata['pool'], identity),
    insuredId: aboutOf(metadata['about'], purpose, identity),
    institution: identity.kind === 'institution' ? identity.institution : null,
    employer: identity.kind === 'employer' ? identity.employer : null,
    channel: identity.kind === 'channel' ? identity.channel : null,
    sha256: digestOf(metadata['sha256']),
  }
}

function poolOf(given: string | null | undefined, identity: Identity): string {
  const own = identity.kind === 'staff' ? identity.pool : null
  const pool = given ?? own
  if (pool == null || divisionFault(pool) !== null) {
    throw new FileRefused(422, 'POOL_FORM', {
      zh: 'Upload-Metadata 须含 pool：六位统筹区代码',
      en: 'Upload-Metadata needs pool, the six digits of the pool it is meant for',
    })
  }
  if (own !== null && pool !== own) {
    throw new FileRefused(403, 'POOL_NOT_YOURS', { zh: '不是本统筹区', en: 'is another bureau’s pool' })
  }
  return pool
}

function aboutOf(given: string | null | undefined, { about }: Purpose, identity: Identity): string | null {
  if (about === 'NONE') {
    if (given != null) {
      throw new FileRefused(422, 'ABOUT_NOBODY', {
        zh: '该用途的文件不关联参保人，请去掉 about',
        en: 'documents of this purpose are about no one person: leave out about',
      })
    }
    return null
  }
  const own = identity.kind === 'person' ? identity.insuredId : null
  const person = given ?? own
  if (person == null) {
    if (about === 'OPTIONAL') return null
    throw new FileRefused(422, 'ABOUT_MISSING', {
      zh: 'Upload-Metadata 须含 about：所关联参保人的标识',
      en: 'Upload-Metadata needs about, the id of the person concerned',
    })
  }
  if (uuidFault(person) !== null || (own !== null && person.toLowerCase() !== own)) throw noPerson()
  return person.toLowerCase()
}

/** Nobody learns by uploading whether there is such a person. */
export const noPerson = (): FileRefused =>
  new FileRefused(422, 'ABOUT_UNKNOWN', {
    zh: '未找到 about 所指的参保人，或您无权知晓',
    en: 'the person of about was not found, or you may not know',
  })

function digestOf(given: string | null | undefined): Buffer | null {
  if (given == null) return null
  if (/^[0-9a-f]{64}$/i.test(given)) return Buffer.from(given, 'hex')
  throw new FileRefused(422, 'SHA256_FORM', {
    zh: 'sha256 须为 64 位十六进制',
    en: 'sha256 must be 64 hexadecimal digits',
  })
}

const NAME_MAX = 120

/**
 * The name of a file as it can be shown and sent in a header: without folders, control and direction characters, and
 * without long runs of digits, since people name scans after identity numbers.
 */
export function safeName(given: string): string {
  const last = given.normalize('NFC').split(/[/\\]/).at(-1) ?? ''
  const clean = last
    .replaceAll(/[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Cn}\u2028\u2029"<>|?*:]/gu, '')
    .replaceAll(/\d{11,}[Xx]?/g, '***')
    .trim()
  const letters = Array.from(clean)
  if (letters.length <= NAME_MAX) return clean.replaceAll(/^\.+/g, '') || 'document'
  const ending = /\.[^.]{1,8}$/.exec(clean)?.[0] ?? ''
  return `${letters.slice(0, NAME_MAX - ending.length).join('')}${ending}`
}
