import type { Data, World } from './world.ts'

/** Says something to the platform of another province, as the subgraphs of this one do. */
export const saying =
  (from: () => World, province: string) =>
  async (type: string, message: unknown): Promise<Data> => {
    const subgraph = from().platform.subgraphs.find((one) => one.name === 'cross-province')
    return subgraph?.internal?.('exchange.send', { province, type, message }, 'trace')
  }
