import { execFileSync } from 'node:child_process'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join, normalize } from 'node:path'
import { describe, expect, test } from 'vitest'

const root = join(import.meta.dirname, '..')
const git = (...args: string[]) => execFileSync('git', ['-C', root, ...args], { encoding: 'utf8' })
const tracked = git('ls-files', '-z')
  .split('\0')
  .filter((file) => file !== '' && existsSync(join(root, file)))
const sources = tracked.filter((file) => /\.tsx?$/.test(file))
const read = (file: string) => readFileSync(join(root, file), 'utf8')
const isTest = (file: string) => file.startsWith('test/') || file.endsWith('.test.ts')

const SUBGRAPHS = ['insured', 'institutions', 'settlement', 'cross-province']
const ROOMS = [
  'main',
  'schema',
  'builder',
  'context',
  'seed',
  'domain',
  'store',
  'commands',
  'graphql',
  'workers',
  'peers',
  'internal',
]

/** Which room of the house a file stands in, `settlement/domain` or `drizzle`. */
function roomOf(file: string): string {
  const [top = '', subgraph = '', room = ''] = file.split('/')
  if (top === 'subgraphs') return `${subgraph}/${room.replace(/\.ts$/, '')}`
  return file.includes('/') ? top : 'root'
}

function importsOf(file: string): string[] {
  const found: string[] = []
  for (const [, name = ''] of read(file).matchAll(/(?:from|import)\s*\(?\s*'([^']+)'/g)) {
    if (name.startsWith('@yibao/')) {
      const [, workspace = '', ...rest] = name.split('/')
      const home = SUBGRAPHS.includes(workspace) ? `subgraphs/${workspace}` : workspace
      found.push(`${home}/${rest.join('/')}`)
    } else if (name.startsWith('.')) {
      found.push(normalize(join(dirname(file), name)))
    }
  }
  return found
}

const PURE_SCHEMA = [
  'schema/money',
  'schema/names',
  'schema/dates',
  'schema/rejection',
  'schema/ids',
  'schema/credit-code',
  'schema/public-jwk',
  'schema/text',
  'schema/page',
  'schema/working-days',
]

/** What each room may import; `…/x` stands for the same subgraph. */
const MAY_IMPORT: Record<string, string[]> = {
  main: ['*'],
  schema: [
    '…/internal',
    '…/commands',
    '…/peers',
    '…/graphql',
    '…/builder',
    '…/context',
    '…/store',
    '…/workers',
    '…/domain',
    'schema',
    'drizzle',
    'documents',
  ],
  builder: ['…/context', 'schema'],
  internal: ['…/commands', '…/context', '…/domain', '…/peers', '…/store', 'drizzle', 'schema'],
  context: ['…/store', '…/domain', '…/peers', 'schema', 'drizzle', 'documents'],
  seed: ['…/store', '…/domain', '…/commands', 'schema', 'drizzle'],
  graphql: ['…/graphql', '…/commands', '…/store', '…/domain', '…/context', '…/builder', 'schema'],
  // A worker is handed the services of its process, as an operation is handed its context.
  workers: ['…/workers', '…/commands', '…/context', '…/store', 'drizzle', 'schema', 'documents'],
  commands: ['…/commands', '…/domain', '…/store', '…/peers', '…/context', 'drizzle', 'schema', 'documents', 'paper'],
  store: ['…/store', '…/domain', 'drizzle', 'schema'],
  peers: ['…/peers', '…/domain', 'drizzle', 'schema'],
  domain: ['…/domain', ...PURE_SCHEMA],
}

function mayImport(file: string, target: string): boolean {
  const from = roomOf(file)
  if (from === 'root' || from === 'demo' || from === 'test') return true
  if (from === 'schema') return target.startsWith('schema/')
  if (from === 'drizzle') return target.startsWith('drizzle/') || target.startsWith('schema/')
  if (from === 'paper') return target.startsWith('paper/')
  if (from === 'documents') return ['documents/', 'drizzle/', 'schema/'].some((one) => target.startsWith(one))
  if (from === 'gateway') return target.startsWith('gateway/') || target.startsWith('schema/')
  const [subgraph = '', room = ''] = from.split('/')
  const allowed = MAY_IMPORT[room] ?? []
  return allowed.some((one) => {
    if (one === '*') return true
    const path = one.replace('…', `subgraphs/${subgraph}`)
    const exact = target.replace(/\.ts$/, '')
    return exact === path || exact.startsWith(`${path}/`)
  })
}

test('each room imports only what the import table allows', () => {
  const broken = sources
    .filter((file) => !isTest(file))
    .flatMap((file) =>
      importsOf(file)
        .filter((target) => !mayImport(file, target))
        .map((target) => `${file} → ${target}`),
    )
  expect(broken).toEqual([])
})

test('only a main reads the environment', () => {
  const mains = /(^|\/)main\.ts$|^[a-z-]+\.ts$|^schema\/config\.ts$|vitest\.config\.ts$|^test\//
  expect(sources.filter((file) => !isTest(file) && !mains.test(file) && read(file).includes('process.env'))).toEqual([])
})

describe('sizes', () => {
  test('no source file is longer than 300 lines', () => {
    const long = sources.filter((file) => read(file).split('\n').length > 301)
    expect(long).toEqual([])
  })
})

test('nothing unfinished is left behind', () => {
  // Written apart, so that this file does not find itself.
  const words = new RegExp(String.raw`TO[D]O|FIX[M]E|X[X]X|\.onl[y]\(|\.ski[p]\(`)
  expect(sources.filter((file) => words.test(read(file)))).toEqual([])
})

test('every dependency has one version, pinned', () => {
  const versions = new Map<string, Set<string>>()
  for (const file of tracked.filter((one) => one.endsWith('package.json'))) {
    const { dependencies = {}, devDependencies = {} } = JSON.parse(read(file))
    for (const [name, version] of Object.entries<string>({ ...dependencies, ...devDependencies })) {
      versions.set(name, (versions.get(name) ?? new Set()).add(version))
    }
  }
  const loose = [...versions].filter(([, set]) => set.size > 1 || ![...set].every((one) => /^\d/.test(one)))
  expect(loose.map(([name, set]) => `${name}: ${[...set].join(', ')}`)).toEqual([])
})

describe.each(SUBGRAPHS)('subgraph %s', (subgraph) => {
  const folder = join(root, 'subgraphs', subgraph)

  test('has the rooms every subgraph has, and no other code', () => {
    const entries = readdirSync(folder)
    for (const name of ['README.md', 'main.ts', 'schema.ts', 'builder.ts', 'context.ts'])
      expect(entries).toContain(name)
    const rooms = sources
      .filter((file) => file.startsWith(`subgraphs/${subgraph}/`))
      .map((file) => roomOf(file).split('/')[1])
    expect([...new Set(rooms)].filter((room) => !ROOMS.includes(room ?? ''))).toEqual([])
  })

  test('its domain is pure: no await, no clock, no randomness', () => {
    const impure = sources
      .filter((file) => file.startsWith(`subgraphs/${subgraph}/domain/`) && !isTest(file))
      .filter((file) => /\bawait\b|Temporal\.Now|Math\.random|randomUUID|process\./.test(read(file)))
    expect(impure).toEqual([])
  })
})

test('no key, password or path of somebody’s machine stands in the repository', () => {
  const secrets = /-----BEGIN [A-Z ]*PRIVATE KEY-----|"d"\s*:\s*"[A-Za-z0-9_-]{40,}"/
  const texts = tracked.filter((file) => !/\.(png|csv|ico)$/.test(file))
  expect(texts.filter((file) => secrets.test(read(file)))).toEqual([])
})
