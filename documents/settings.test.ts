import { readConfig } from '@yibao/schema/config'
import { expect, test } from 'vitest'
import { DOCUMENT_ENVIRONMENT, documentSettingsOf } from './settings.ts'

const read = (env: Record<string, string>) => documentSettingsOf(readConfig(DOCUMENT_ENVIRONMENT, env), '/data')

test('documents lie in the folder of data unless a bucket is named, which needs its keys', () => {
  expect(read({})).toEqual({ storage: { kind: 'folder', folder: '/data/documents' } })
  const bucket = {
    YIBAO_DOCUMENTS_S3_BUCKET: 'yibao',
    YIBAO_DOCUMENTS_S3_ENDPOINT: 'https://s3.example.cn',
    YIBAO_DOCUMENTS_S3_ACCESS_KEY: 'name',
    YIBAO_DOCUMENTS_S3_SECRET_KEY: 'word',
  }
  expect(read(bucket).storage).toEqual({
    kind: 'bucket',
    bucket: 'yibao',
    endpoint: 'https://s3.example.cn',
    region: 'us-east-1',
    accessKey: 'name',
    secretKey: 'word',
  })
  expect(() => read({ ...bucket, YIBAO_DOCUMENTS_S3_SECRET_KEY: '' })).toThrow('YIBAO_DOCUMENTS_S3_SECRET_KEY')
})

test('a scanner is named by host and port', () => {
  expect(read({ YIBAO_DOCUMENTS_CLAMD: 'clamd:3310' }).scanner).toEqual({ host: 'clamd', port: 3310 })
  expect(() => read({ YIBAO_DOCUMENTS_CLAMD: 'clamd' })).toThrow('host:port')
})
