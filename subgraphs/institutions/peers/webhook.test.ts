import { expect, test } from 'vitest'
import { createWebhookPort } from './webhook.ts'

test.each([
  'https://127.0.0.1:1',
  'https://[::1]:1',
  'https://localhost:1',
  'https://0x7f000001:1',
  'https://169.254.169.254',
])('nothing is sent to %s', async (url) => {
  const message = {
    id: 'm',
    url,
    body: '{}',
    secrets: ['whsec_MTIzNDU2Nzg5MDEyMzQ1Njc4OTAxMjM0'],
  }
  expect(await createWebhookPort({ allowLocal: false }).send(message)).toEqual({
    status: null,
    error: 'INTERNAL_ADDRESS',
  })
})
