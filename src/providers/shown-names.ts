import type { Identity } from './provider.ts'

const MAX_LENGTH = 200

type Names = Pick<Identity, 'name' | 'signInName'>

/**
 * The names in a provider's response that can be shown. Others are left out and cut: nobody is refused
 * for a name.
 */
export function shownNames(given: Readonly<Record<keyof Names, unknown>>): Names {
  const [name, signInName] = [readName(given.name), readName(given.signInName)]
  return { ...(name !== null && { name }), ...(signInName !== null && { signInName }) }
}

function readName(value: unknown): string | null {
  if (typeof value !== 'string') return null
  const name = value.replaceAll('\0', '').slice(0, MAX_LENGTH).toWellFormed()
  return name === '' ? null : name
}
