import type { Identity } from '@yibao/schema/identity'
import {
  issue,
  itemOf,
  newSigner,
  prescriptionOf,
  registerKey,
  review,
  revoke,
  show,
  type Patient,
} from './prescription-world.ts'
import { bill, CLASS_A, SETTLE } from './world-bill.ts'
import type { Data } from './world.ts'

/** Asks a gateway, in the name of somebody by code or login. */
interface Gateway {
  as(name: string, query: string, variables?: object): Promise<Data>
}

/** How a story's persons sign in, for what is written in terms of identities. */
export const signedIn = (code: string): Identity => ({
  kind: 'institution',
  institution: code,
  subject: code,
  scopes: ['settlement:write', 'settlement:read'],
})

/** Lets the operations on prescriptions, which are written for a subgraph, go through a gateway with real tokens. */
export const through = (gateway: Gateway) => ({
  ask: async <T = Record<string, never>>(identity: Identity | null, query: string, variables = {}): Promise<T> => {
    const name = identity?.kind === 'institution' ? identity.institution : (identity?.subject ?? '')
    return (await gateway.as(name, query, variables)) as T
  },
})

interface Story {
  readonly hospital: string
  readonly patient: Patient & { readonly cardNumber: string }
  /** The hospital that is shown one. */
  readonly other: string
  /** When it was prescribed and dispensed, where time does not stand still. */
  readonly begin?: string
}

/**
 * Something of everything about prescriptions: one that the hospital itself reviews and dispenses in part, one that is
 * revoked, and one that another hospital is shown.
 */
export async function tellPrescriptions(world: Gateway, { hospital, patient, other, begin }: Story): Promise<void> {
  const [gateway, identity] = [through(world), signedIn(hospital)]
  const signer = await newSigner(`key-of-${hospital}`)
  await registerKey(gateway, signer, identity)
  const issued = async () => {
    const items = [itemOf({ code: CLASS_A })]
    const input = prescriptionOf({ items, ...(begin !== undefined && { prescribedAt: begin }) })
    return (await issue(gateway, { patient, signer, input, identity })).number
  }
  const dispensed = await issued()
  await review(gateway, dispensed, patient, { identity })
  const lines = [{ code: CLASS_A, price: 20, quantity: 4, ePrescription: dispensed }]
  const input = bill({ card: patient.cardNumber, lines, ...(begin !== undefined && { begin }) })
  await world.as(hospital, SETTLE, { requestId: 'dispense', input })
  await revoke(gateway, await issued(), identity)
  await show(gateway, await issued(), signedIn(other), patient)
}
