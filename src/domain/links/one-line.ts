/** The longest name that a page shows, in characters. */
export const MAX_NAME_CHARACTERS = 80

/** Line breaks and other control characters, and what is like a space. */
const SPACES = /[\p{Cc}\p{Z}]+/gu

/**
 * Characters that cannot be seen: those that change the direction of what follows, join, or fill. With
 * them a name could show another one than it is.
 */
const INVISIBLE = /\p{Cf}|\p{Co}|\p{Cn}|\p{Default_Ignorable_Code_Point}|\u2800/gu

/** More accents on one letter than any language has cover the lines above and below. */
const PILED_ACCENTS = /(\p{M}{3})\p{M}+/gu

/**
 * Makes text from somebody else fit to be shown as a name: one line of at most 80 characters, all of
 * which can be seen. Returns null if nothing is left.
 */
export function inOneLine(text: string): string | null {
  const line = text
    .toWellFormed()
    .replace(SPACES, ' ')
    .replace(INVISIBLE, '')
    .replace(PILED_ACCENTS, '$1')
    .replace(/ +/g, ' ')
    .trim()
  if (line === '') return null
  const characters = [...line]
  return characters.length <= MAX_NAME_CHARACTERS
    ? line
    : `${characters
        .slice(0, MAX_NAME_CHARACTERS - 1)
        .join('')
        .trimEnd()}…`
}
