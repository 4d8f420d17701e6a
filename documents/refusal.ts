import type { Text } from '@yibao/schema/rejection'

/** A request for a file is refused: HTTP status, stable code, and what to do in words. Never quotes what was sent. */
export class FileRefused extends Error {
  readonly status: number
  readonly code: string
  readonly text: Text
  constructor(status: number, code: string, text: Text) {
    super(`${code}: ${text.en}`)
    this.status = status
    this.code = code
    this.text = text
  }
  /** As `@tus/server` reads it. */
  get status_code(): number {
    return this.status
  }
  get body(): string {
    return JSON.stringify({ code: this.code, message: this.text })
  }
}

/** Why a content was not kept; `reason` in the row is one of these. */
export const REASONS = {
  TYPE_UNKNOWN: { zh: '无法识别文件内容的类型', en: 'the type of the content is not known' },
  TYPE_NOT_ALLOWED: {
    zh: '文件内容的类型不在该用途允许之列',
    en: 'the type of the content is not one this purpose allows',
  },
  NAME_MISFIT: {
    zh: '文件名的扩展名与内容不符，疑似伪装',
    en: 'the name says another type than the content is: it looks like a disguise',
  },
  DIGEST_MISFIT: {
    zh: '内容与上传前给出的 sha256 不符，请重新上传',
    en: 'the content is not that of the sha256 given before: upload it again',
  },
  ZIP_TOO_LARGE: {
    zh: '压缩包解压后过大、条目过多或压缩比异常',
    en: 'the archive would unpack to too much, has too many entries, or is packed beyond reason',
  },
  ZIP_DAMAGED: {
    zh: '压缩包已损坏、不完整、压缩方式不支持或含非法路径',
    en: 'the archive is damaged, cut off, packed in an unknown way, or names unsafe paths',
  },
  ZIP_ENCRYPTED: {
    zh: '压缩包已加密，请不设密码重新压缩',
    en: 'the archive is encrypted; pack it without a password',
  },
  ZIP_NOT_ONE_FILE: {
    zh: '压缩包内应有且仅有一个文本文件；Excel 工作簿请另存为 CSV',
    en: 'the archive must hold exactly one file, a text; save an Excel workbook as CSV',
  },
  ZIP_CONTENT: {
    zh: '压缩包内含有不允许的文件（可执行文件或压缩包）',
    en: 'the archive holds what may not be in it: a program or another archive',
  },
  IMAGE_TOO_LARGE: {
    zh: '图像像素过多或尺寸无法读取',
    en: 'the image has too many pixels, or its size cannot be read',
  },
  MALWARE: { zh: '检出恶意代码', en: 'malware was found' },
} as const satisfies Readonly<Record<string, Text>>
export type Reason = keyof typeof REASONS
