/** The forms of national catalogue codes (15 standards of the health-care security bureau) and what each is for. */
const FORMS = [
  { form: /^X[A-Z0-9]{22}$/, listTypes: ['101', '105'], chargeType: '09' },
  { form: /^Z[A-Z0-9]{19,22}$/, listTypes: ['101', '104', '105'], chargeType: '11' },
  { form: /^T[0-9]{9}$/, listTypes: ['102'], chargeType: '10' },
  { form: /^T[A-Z0-9]{19}$/, listTypes: ['106'], chargeType: '10' },
  { form: /^J[A-Z0-9]{15}$/, listTypes: ['103'], chargeType: '11' },
  { form: /^[0-9]{15}$/, listTypes: ['201', '501'], chargeType: null },
  { form: /^C[0-9]{19}([0-9]{7})?$/, listTypes: ['301'], chargeType: '08' },
] as const

export interface CodeForm {
  /** Values of `list_type` that fit the code, the usual one first. */
  readonly listTypes: readonly string[]
  /** The usual `med_chrgitm_type`; null for services, which have many. */
  readonly chargeType: string | null
}

/**
 * What a catalogue code says about its item; null when it has none of the national forms: western drug X+22,
 * Chinese patent medicine Z+19–22, herb T+9, granules T+19, hospital preparation J+15, service 15 digits,
 * consumable C+19 or C+26.
 */
export function codeForm(code: string): CodeForm | null {
  return FORMS.find(({ form }) => form.test(code)) ?? null
}
