import { Type } from '@sinclair/typebox'

/**
 * Identifiers are part of links and of addresses, which cannot be arbitrarily long. The longest that
 * Novu's components make themselves has 279 characters: the default name of a connection, with the
 * longest id of a subscriber.
 */
const MAX_LENGTH = 300

const MAX = {
  maxLength: MAX_LENGTH,
  patternMessage: `must be at most ${MAX_LENGTH} characters`,
}

/** The identifier of an integration, a connection or an endpoint, which the caller may choose. */
export const identifierOf = (what: { examples?: string[]; description?: string } = {}) =>
  Type.String({ ...what, ...MAX, minLength: 1 })

/** An identifier by which something is named. Novu accepts the empty text, which names nothing. */
export const namedBy = (what: { examples?: string[]; description?: string }) =>
  Type.String({ ...what, ...MAX })
