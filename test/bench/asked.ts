import { demoPersons } from '../../demo/persons.ts'

/** The person the questions to all four subgraphs are about; they sign in as well, to ask with all checks. */
export function asked() {
  const person = demoPersons().find(({ personNumber }) => personNumber === '62990000000015')
  if (person === undefined) throw new Error('the demo has nobody to ask about')
  return person
}
