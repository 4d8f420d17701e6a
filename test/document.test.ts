import { afterAll, expect, test } from 'vitest'
import { fileRequest, pdf, sha256, upload } from './document-world.ts'
import { demoPerson, openWorld } from './world.ts'

const world = await openWorld()
afterAll(() => world.close())

const somebody = demoPerson('629900', 'employee')
const LINK =
  'query ($id: ID!) { documentLink(id: $id) { ... on DocumentLink { path expiresAt } ... on Rejection { code } } }'

test('a paper that is uploaded comes back as it was, by a link', async () => {
  const content = pdf('claim')
  const { status, id, headers } = await upload(world, somebody.personNumber, content, {
    purpose: 'CLAIM',
    filename: '发票.pdf',
    pool: '629900',
    sha256: sha256(content),
  })
  expect([status, headers.get('document-state')]).toEqual([204, 'STORED'])
  const { documentLink } = await world.as(somebody.personNumber, LINK, { id })
  const fetched = await fileRequest(world, null, 'GET', documentLink.path)
  expect(fetched.status).toBe(200)
  expect(fetched.body.equals(content)).toBe(true)
})
