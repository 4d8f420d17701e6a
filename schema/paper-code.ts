const ALPHABET = '0123456789ABCDEFGHJKMNPQRSTVWXYZ'
const LETTERS = 28

/** A code to print, of 140 bits in groups of four: nobody guesses one, and it can be read out. */
export function codeOf(bytes: Uint8Array): string {
  const letters = Array.from(bytes.subarray(0, LETTERS), (byte) => ALPHABET.charAt(byte & 31)).join('')
  return letters.match(/.{4}/g)?.join('-') ?? letters
}

/** A code as it was typed: case and hyphens do not matter, nor letters that look like digits; null when it is none. */
export function readCode(text: string): string | null {
  const plain = text.toUpperCase().replaceAll(/[\s-]/g, '').replaceAll('O', '0').replaceAll(/[IL]/g, '1')
  if (!new RegExp(`^[${ALPHABET}]{${LETTERS}}$`).test(plain)) return null
  return plain.match(/.{4}/g)?.join('-') ?? null
}
