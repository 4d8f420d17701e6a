import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { institutionToken } from '@yibao/gateway/issuer/token-client'
import { findDemoClient } from '@yibao/schema/demo-keys'
import { ask, print, SETTLE, type Settled } from './settled.ts'

/** The institution whose system sends the demo bill, and the request id it keeps for it. */
const DEMO_INSTITUTION = 'H62990000001'
const DEMO_REQUEST = 'demo-discharge-2026-03'

/** A running platform. */
export interface Where {
  /** `http://127.0.0.1:4000` */
  readonly address: string
  /** Folder with the keys of the demo institutions. */
  readonly dataDir: string
}

/** A token of an institution of the demo. */
export async function tokenOfInstitution({ address, dataDir }: Where, institution: string): Promise<string> {
  const client = await findDemoClient(dataDir, institution)
  if (client === null) throw new Error(`the key of the demo institution ${institution} is missing in ${dataDir}`)
  return institutionToken(`${address}/oidc`, client)
}

/** Settles the demo bill as the hospital's own system would, over HTTP with a signed token, and returns the receipt. */
export async function settleDemoBill(where: Where): Promise<string> {
  const token = await tokenOfInstitution(where, DEMO_INSTITUTION)
  const input: unknown = JSON.parse(await readFile(join(import.meta.dirname, 'bill.json'), 'utf8'))
  const { settle } = await ask<{ settle: Settled & { __typename: string } }>(where.address, token, SETTLE, {
    requestId: DEMO_REQUEST,
    input,
  })
  if (settle.__typename !== 'Settlement') throw new Error(`the demo bill was not settled: ${JSON.stringify(settle)}`)
  return print(settle)
}
