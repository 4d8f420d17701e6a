import { schema as crossProvince } from '@yibao/cross-province/schema'
import { schema as insured } from '@yibao/insured/schema'

/** Every subgraph's schema by its name in the supergraph. */
export const schemas = { insured, 'cross-province': crossProvince }
