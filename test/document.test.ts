import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { csv, exe, png, zipOf } from './document-content.ts'
import { beginUpload, fileRequest, offsetOf, pdf, sendBytes, sha256, upload } from './document-world.ts'
import { demoPerson, openWorld } from './world.ts'

const world = await openWorld()
afterAll(() => world.close())

const person = demoPerson('629900', 'employee').personNumber
const HOSPITAL = 'H62990000001'
const CLAIM = { purpose: 'CLAIM', filename: '发票.pdf', pool: '629900' }
const ROWS = { purpose: 'RECONCILIATION', filename: 'rows.csv', pool: '629900' }
const FIND = `query ($id: ID!) { document(id: $id) { ... on Document { state reason type size sha256 name used } ... on Rejection { code } } }`
const find = async (who: string, id: string) => (await world.as(who, FIND, { id })).document
const LINK = 'query ($id: ID!) { documentLink(id: $id) { ... on DocumentLink { path } ... on Rejection { code } } }'

async function fetchIt(who: string, id: string) {
  const { documentLink } = await world.as(who, LINK, { id })
  return fileRequest(world, null, 'GET', documentLink.path)
}

/** All that lies in the folder of documents, as one text. */
async function onDisk(): Promise<Buffer> {
  const names = await readdir(join(world.dataDir, 'documents'), { recursive: true, withFileTypes: true })
  const files = names.filter((one) => one.isFile()).map((one) => readFile(join(one.parentPath, one.name)))
  return Buffer.concat(await Promise.all(files))
}

describe('an upload', () => {
  test('comes back as it was, is called as it was, and lies encrypted', async () => {
    const content = pdf('a paper nobody may read on the disk')
    const done = await upload(world, person, content, { ...CLAIM, sha256: sha256(content) })
    expect([done.status, done.headers.get('document-state')]).toEqual([204, 'STORED'])
    const fetched = await fetchIt(person, done.id)
    expect(fetched.status).toBe(200)
    expect(fetched.body.equals(content)).toBe(true)
    expect(fetched.headers.get('content-disposition')).toContain(`filename*=UTF-8''${encodeURIComponent('发票.pdf')}`)
    expect(fetched.headers.get('x-content-type-options')).toBe('nosniff')
    expect(fetched.headers.get('cache-control')).toBe('no-store')
    expect(await find(person, done.id)).toMatchObject({
      state: 'STORED',
      type: 'application/pdf',
      size: content.length,
      sha256: sha256(content),
    })
    expect((await onDisk()).includes('nobody may read')).toBe(false)
    expect(await readdir(join(world.dataDir, 'documents', 'uploads'))).toEqual([])
  })

  test('goes on where it stopped, in pieces of any size', async () => {
    const content = csv(5_000_000)
    const { path } = await beginUpload(world, HOSPITAL, {
      size: content.length,
      metadata: { ...ROWS, sha256: sha256(content) },
    })
    let at = 0
    for (const size of [1, 70_000, 2_500_000]) {
      await sendBytes(world, HOSPITAL, path, at, content.subarray(at, at + size))
      at += size
      expect(await offsetOf(world, HOSPITAL, path)).toBe(at)
      expect((await onDisk()).includes('样本')).toBe(false)
    }
    const last = await sendBytes(world, HOSPITAL, path, at, content.subarray(at))
    expect([last.status, last.headers.get('document-state')]).toEqual([204, 'STORED'])
    const id = path.slice('/files/'.length)
    expect(await find(HOSPITAL, id)).toMatchObject({ type: 'text/csv', sha256: sha256(content) })
    expect((await fetchIt(HOSPITAL, id)).body.equals(content)).toBe(true)
  })

  test('that goes on at a wrong place is refused, and nothing of it is lost', async () => {
    const content = pdf('x'.repeat(1000))
    const { path } = await beginUpload(world, person, { size: content.length, metadata: CLAIM })
    await sendBytes(world, person, path, 0, content.subarray(0, 500))
    const wrong = await sendBytes(world, person, path, 400, content.subarray(400))
    expect([wrong.status, wrong.code]).toEqual([409, 'OFFSET_CONFLICT'])
    expect((await sendBytes(world, person, path, 600, content.subarray(600))).status).toBe(409)
    expect(await offsetOf(world, person, path)).toBe(500)
    expect((await sendBytes(world, person, path, 500, content.subarray(500))).status).toBe(204)
  })

  test('that goes on with other bytes is found out by the digest given before', async () => {
    const content = pdf('y'.repeat(1000))
    const { path } = await beginUpload(world, person, {
      size: content.length,
      metadata: { ...CLAIM, sha256: sha256(content) },
    })
    await sendBytes(world, person, path, 0, content.subarray(0, 500))
    const other = Buffer.alloc(content.length - 500, 'z')
    const done = await sendBytes(world, person, path, 500, other)
    expect([done.status, done.code]).toEqual([422, 'DIGEST_MISFIT'])
    expect(await find(person, path.slice('/files/'.length))).toMatchObject({
      state: 'REFUSED',
      reason: 'DIGEST_MISFIT',
    })
  })

  test('of two gigabytes is refused before a byte of it is sent', async () => {
    const begun = await beginUpload(world, HOSPITAL, { size: 2 * 1024 ** 3, metadata: ROWS })
    expect([begun.status, begun.code]).toEqual([413, 'TOO_LARGE'])
    const paper = await beginUpload(world, person, { size: 20 * 1024 ** 2 + 1, metadata: CLAIM })
    expect(paper.status).toBe(413)
  })

  test('that sends more than it said is refused', async () => {
    const content = pdf('more')
    const { path } = await beginUpload(world, person, { size: content.length, metadata: CLAIM })
    const more = await sendBytes(world, person, path, 0, Buffer.concat([content, content]))
    expect(more.status).toBe(413)
    expect((await sendBytes(world, person, path, 0, content)).status).toBe(204)
  })

  test('is ended by who began it', async () => {
    const { path } = await beginUpload(world, person, { size: 100, metadata: CLAIM })
    await sendBytes(world, person, path, 0, Buffer.from('%PDF-1.4'))
    expect((await fileRequest(world, HOSPITAL, 'DELETE', path)).status).toBe(404)
    expect((await fileRequest(world, person, 'DELETE', path)).status).toBe(204)
    expect((await fileRequest(world, person, 'HEAD', path)).status).toBe(404)
  })

  test.each([
    ['without a purpose', { filename: 'a.pdf', pool: '629900' }, 422, 'PURPOSE_UNKNOWN'],
    ['for what others upload', { ...CLAIM, purpose: 'CATALOGUE' }, 403, 'PURPOSE_NOT_YOURS'],
    ['without a pool', { purpose: 'CLAIM', filename: 'a.pdf' }, 422, 'POOL_FORM'],
    ['with a digest that is none', { ...CLAIM, sha256: 'abc' }, 422, 'SHA256_FORM'],
    ['about somebody else', { ...CLAIM, about: demoPerson('629900', 'retired').insuredId }, 422, 'ABOUT_UNKNOWN'],
  ])('%s does not begin', async (_what, metadata, status, code) => {
    const begun = await beginUpload(world, person, {
      size: 100,
      metadata,
    })
    expect([begun.status, begun.code]).toEqual([status, code])
  })

  test('needs who signs in, and tus', async () => {
    const nobody = await beginUpload(world, null, { size: 100, metadata: CLAIM })
    expect([nobody.status, nobody.headers.get('www-authenticate')]).toEqual([401, 'Bearer realm="yibao"'])
    const headers = { 'tus-resumable': '0.2.2' }
    expect((await fileRequest(world, person, 'POST', '/files', { headers })).status).toBe(400)
    expect((await fileRequest(world, person, 'PUT', '/files/x')).status).toBe(405)
    expect((await fileRequest(world, person, 'HEAD', '/files/..%2f..%2fkeys')).status).toBe(404)
    expect((await fileRequest(world, null, 'OPTIONS', '/files')).headers.get('tus-version')).toBe('1.0.0')
  })

  test('cannot be one of very many unfinished ones', async () => {
    const pharmacy = 'P62990000001'
    const begin = () => beginUpload(world, pharmacy, { size: 100, metadata: ROWS })
    const begun = await Promise.all(Array.from({ length: 23 }, begin))
    expect(begun.filter((one) => one.status === 201)).toHaveLength(20)
    expect(begun.find((one) => one.status !== 201)?.code).toBe('TOO_MANY_UNFINISHED')
  })
})

describe('by its content', () => {
  const cases: [string, Buffer<ArrayBuffer>, Record<string, string>, string][] = [
    ['a program that is called a paper', exe(), CLAIM, 'TYPE_NOT_ALLOWED'],
    ['a program that is called a table', exe(), ROWS, 'TYPE_NOT_ALLOWED'],
    ['a script', Buffer.from('#!/bin/sh\nrm -rf /\n'), ROWS, 'TYPE_NOT_ALLOWED'],
    ['a page', Buffer.from('\n<!doctype html><script>alert(1)</script>'), ROWS, 'TYPE_NOT_ALLOWED'],
    ['an image that is called a paper', png(10, 10), CLAIM, 'NAME_MISFIT'],
    ['an image of a gigapixel', png(40_000, 40_000), { ...CLAIM, filename: 'a.png' }, 'IMAGE_TOO_LARGE'],
    ['bytes that are nothing', Buffer.from([1, 2, 3, 0, 255, 254, 7]), ROWS, 'TYPE_UNKNOWN'],
    ['a table where papers are wanted', csv(100), CLAIM, 'TYPE_NOT_ALLOWED'],
    [
      'an honest zip bomb',
      zipOf([{ name: 'a.csv', content: Buffer.alloc(30_000_000) }]),
      { ...ROWS, filename: 'a.zip' },
      'ZIP_TOO_LARGE',
    ],
    [
      'a zip bomb that lies',
      zipOf([{ name: 'a.csv', content: Buffer.alloc(30_000_000), claimed: 1000 }]),
      { ...ROWS, filename: 'a.zip' },
      'ZIP_DAMAGED',
    ],
    [
      'an archive with a program in it',
      zipOf([{ name: 'a.csv', content: exe() }]),
      { ...ROWS, filename: 'a.zip' },
      'ZIP_CONTENT',
    ],
    [
      'an archive in an archive',
      zipOf([{ name: 'a.csv', content: zipOf([{ name: 'b', content: csv(10) }]) }]),
      { ...ROWS, filename: 'a.zip' },
      'ZIP_CONTENT',
    ],
    [
      'an archive that climbs out',
      zipOf([{ name: '../../a.csv', content: csv(10) }]),
      { ...ROWS, filename: 'a.zip' },
      'ZIP_DAMAGED',
    ],
    [
      'half an archive',
      zipOf([{ name: 'a.csv', content: csv(5000) }]).subarray(0, 200),
      { ...ROWS, filename: 'a.zip' },
      'ZIP_DAMAGED',
    ],
  ]
  test.each(cases)('%s is refused with a word why', async (_what, content, metadata, reason) => {
    const who = metadata['purpose'] === 'CLAIM' ? person : HOSPITAL
    const done = await upload(world, who, content, metadata)
    expect([done.status, done.code]).toEqual([422, reason])
    expect(await find(who, done.id)).toMatchObject({ state: 'REFUSED', reason })
  })

  test('an archive of tables and an OFD paper are what they are', async () => {
    const zip = zipOf([{ name: '表.csv', content: csv(100_000) }])
    const rows = await upload(world, HOSPITAL, zip, { ...ROWS, filename: 'a.zip' })
    expect(await find(HOSPITAL, rows.id)).toMatchObject({ state: 'STORED', type: 'application/zip' })
    const ofd = zipOf([{ name: 'OFD.xml', content: Buffer.from('<?xml version="1.0"?><ofd:OFD/>') }])
    const paper = await upload(world, person, ofd, { ...CLAIM, filename: '票据.ofd' })
    expect(await find(person, paper.id)).toMatchObject({ state: 'STORED', type: 'application/ofd' })
  })

  test('a table in GB 18030 is text, and the name of a file keeps no number of a person', async () => {
    const gb = Buffer.concat([Buffer.from('a,'), Buffer.from([0xd6, 0xd0]), Buffer.from('\n1,2\n')])
    const rows = await upload(world, HOSPITAL, gb, { ...ROWS, filename: '../x/62010219800506123X\u202E.csv' })
    expect(await find(HOSPITAL, rows.id)).toMatchObject({ type: 'text/csv', name: '***.csv' })
  })
})
