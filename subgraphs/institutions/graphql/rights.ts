import { may } from '@yibao/schema/builder'

/** Facts about institutions and the catalogue are for everybody who signed in. */
export const signedIn = may('institution', 'staff', 'person', 'auditor')
