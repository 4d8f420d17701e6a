import { schema as crossProvince } from '@yibao/cross-province/schema'
import { schema as institutions } from '@yibao/institutions/schema'
import { schema as insured } from '@yibao/insured/schema'
import { schema as settlement } from '@yibao/settlement/schema'

/** Every subgraph's schema by its name in the supergraph. */
export const schemas = { insured, institutions, settlement, 'cross-province': crossProvince }
