// A gateway of some make as a process of its own, before the subgraphs of a platform that stand alone.
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { loadKeys } from '@yibao/schema/keys'
import { createLog } from '@yibao/schema/log'
import { PEERS, type PeerOptions, type PeerReady } from './peer-makes.ts'
import { announce } from './program.ts'

const SUPERGRAPH = join(import.meta.dirname, '..', '..', 'schema', 'supergraph.graphql')

const options = JSON.parse(process.argv[2] ?? '') as PeerOptions
const { make, dataDir, subgraphs } = options
const sdl = (await readFile(SUPERGRAPH, 'utf8')).replaceAll(
  /@join__graph\(name: "([^"]+)", url: ""\)/g,
  (_, name: string) => `@join__graph(name: "${name}", url: "${subgraphs[name]}")`,
)
const keys = await loadKeys(dataDir)
const url = await PEERS[make]({ ...options, sdl, keys, logger: createLog({ name: make, level: 'info' }) })
const ready: PeerReady = { url }
announce(ready, () => Promise.resolve())
