import { join } from 'node:path'
import { secret } from '@yibao/schema/config'
import { Advice } from '@yibao/schema/process'
import { z } from 'zod'

/** Where the contents of documents lie. */
export type StorageSettings =
  | { readonly kind: 'folder'; readonly folder: string }
  | {
      readonly kind: 'bucket'
      /** Address of the service; Amazon's when absent. */
      readonly endpoint?: string | undefined
      readonly region: string
      readonly bucket: string
      readonly accessKey: string
      readonly secretKey: string
    }

/** A service that looks for malware: clamd, by TCP. */
export interface ScannerSettings {
  readonly host: string
  readonly port: number
}

export interface DocumentSettings {
  readonly storage: StorageSettings
  /** Nothing looks for malware when absent. */
  readonly scanner?: ScannerSettings | undefined
}

export const DOCUMENT_ENVIRONMENT = {
  /** Bucket for documents, of Amazon S3 or a service that speaks as it does; a folder under YIBAO_DATA unless set. */
  YIBAO_DOCUMENTS_S3_BUCKET: z.string().optional(),
  YIBAO_DOCUMENTS_S3_ENDPOINT: z.url().optional(),
  YIBAO_DOCUMENTS_S3_REGION: z.string().default('us-east-1'),
  YIBAO_DOCUMENTS_S3_ACCESS_KEY: secret(z.string().optional()),
  YIBAO_DOCUMENTS_S3_SECRET_KEY: secret(z.string().optional()),
  /** `host:port` of a clamd that looks at each upload. */
  YIBAO_DOCUMENTS_CLAMD: z
    .string()
    .regex(/^[^:\s]+:\d{1,5}$/, '须为 host:port must be host:port')
    .optional(),
}

type DocumentEnvironment = {
  readonly [Name in keyof typeof DOCUMENT_ENVIRONMENT]: z.output<(typeof DOCUMENT_ENVIRONMENT)[Name]>
}

/** The settings of the environment; contents lie under `dataDir` unless a bucket is named. */
export function documentSettingsOf(config: DocumentEnvironment, dataDir: string): DocumentSettings {
  const [host = '', port = ''] = config.YIBAO_DOCUMENTS_CLAMD?.split(':') ?? []
  return {
    storage: storageOf(config, dataDir),
    ...(host !== '' && { scanner: { host, port: Number(port) } }),
  }
}

function storageOf(config: DocumentEnvironment, dataDir: string): StorageSettings {
  const bucket = config.YIBAO_DOCUMENTS_S3_BUCKET
  if (bucket === undefined) return { kind: 'folder', folder: join(dataDir, 'documents') }
  const accessKey = config.YIBAO_DOCUMENTS_S3_ACCESS_KEY
  const secretKey = config.YIBAO_DOCUMENTS_S3_SECRET_KEY
  if (accessKey === undefined || secretKey === undefined) {
    throw new Advice(
      'YIBAO_DOCUMENTS_S3_BUCKET 须与 YIBAO_DOCUMENTS_S3_ACCESS_KEY、YIBAO_DOCUMENTS_S3_SECRET_KEY 同时设置。 ' +
        'YIBAO_DOCUMENTS_S3_BUCKET needs YIBAO_DOCUMENTS_S3_ACCESS_KEY and YIBAO_DOCUMENTS_S3_SECRET_KEY beside it.',
    )
  }
  const { YIBAO_DOCUMENTS_S3_ENDPOINT: endpoint, YIBAO_DOCUMENTS_S3_REGION: region } = config
  return { kind: 'bucket', bucket, endpoint, region, accessKey, secretKey }
}
