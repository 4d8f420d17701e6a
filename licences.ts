// `npm run licences`: lists every installed package whose licence is not permissive. Exit 1 when one of them is
// not accepted in writing in licences.json.
import { existsSync, readFileSync } from 'node:fs'

const PERMISSIVE = new Set([
  '0BSD',
  'Apache-2.0',
  'BlueOak-1.0.0',
  'BSD-2-Clause',
  'BSD-3-Clause',
  'CC-BY-4.0',
  'CC0-1.0',
  'ISC',
  'MIT',
  'MIT-0',
  'PostgreSQL',
  'Python-2.0',
  'Unlicense',
  'WTFPL',
])

interface Accepted {
  readonly licence: string
  readonly reason: string
}

const read = (path: string) => JSON.parse(readFileSync(path, 'utf8'))
const accepted: Record<string, Accepted> = read('licences.json')
const installed: string[] = Object.keys(read('package-lock.json').packages).filter((path) =>
  path.includes('node_modules/'),
)

function isPermissive(licence: string): boolean {
  const alternatives = licence.replaceAll(/[()]/g, '').split(' OR ')
  return alternatives.some((one) => one.split(' AND ').every((part) => PERMISSIVE.has(part.trim())))
}

/** Old packages write `{type}` or a list instead of an SPDX expression. */
function licenceOf(manifest: { license?: unknown; licenses?: { type: string }[] }): string {
  const { license, licenses } = manifest
  if (typeof license === 'string') return license
  if (typeof license === 'object' && license !== null && 'type' in license) return String(license.type)
  return licenses?.map((one) => one.type).join(' OR ') ?? 'none stated'
}

const found = new Map<string, string>()
for (const path of installed) {
  if (!existsSync(`${path}/package.json`)) continue // built for another platform
  const manifest = read(`${path}/package.json`)
  if (String(manifest.name).startsWith('@yibao/')) continue
  const licence = licenceOf(manifest)
  if (!isPermissive(licence)) found.set(manifest.name, licence)
}

/** A key that ends in `*` stands for the builds of one package for the different platforms. */
function acceptance(name: string, licence: string): Accepted | undefined {
  const key = Object.keys(accepted).find((one) =>
    one.endsWith('*') ? name.startsWith(one.slice(0, -1)) : name === one,
  )
  return key !== undefined && accepted[key]?.licence === licence ? accepted[key] : undefined
}

const unknown = [...found].filter(([name, licence]) => acceptance(name, licence) === undefined)
for (const [name, licence] of found) {
  console.log(`${name}  ${licence}  ${acceptance(name, licence)?.reason ?? 'NOT ACCEPTED'}`)
}
console.log(`${installed.length} packages, ${found.size} not permissive, ${unknown.length} not accepted`)
if (unknown.length > 0) {
  console.error('Replace the package, or accept it with a reason in licences.json.')
  process.exitCode = 1
}
