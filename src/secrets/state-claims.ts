import { decodeBase64url, decodeUtf8, encodeBase64url, encodeUtf8 } from './bytes.ts'

/** What a link was made for. It travels with the user in `state` (RFC 6749 §10.12). */
export type StateClaims = {
  /** Names this one link; the callback spends it once. */
  jti: string
  issuedAtMs: number
  environmentId: string
  integrationId: string
  connectionIdentifier: string | null
  contextKeys: readonly string[]
  /** Only the browser that opened the link may complete it. */
  bound: boolean
  /** Which of the provider's protocols the user was sent through. */
  protocol: 'oauth' | 'openid'
} & (
  | { mode: 'link_user'; subscriberId: string }
  | {
      mode: 'connect'
      subscriberId: string | null
      /** The connection belongs to its context, and to no subscriber. */
      shared: boolean
      /** Whoever connects is linked as the subscriber as well. */
      autoLinkUser: boolean
    }
)

/** What stands for itself between the dots; a form leaves it as it is, and the star. */
const PLAIN = /^[\w-]+$/

/** Empty for null; as it is where it can be; else a star and its JSON in base64url. */
function encodeField(value: string | readonly string[] | null): string {
  if (value === null) return ''
  if (typeof value === 'string' && PLAIN.test(value)) return value
  return `*${encodeBase64url(encodeUtf8(JSON.stringify(value)))}`
}

function decodeField(field: string): unknown {
  if (field === '') return null
  if (!field.startsWith('*')) return field
  try {
    return JSON.parse(decodeUtf8(decodeBase64url(field.slice(1)) ?? new Uint8Array()) ?? '')
  } catch {
    return undefined
  }
}

/**
 * Claims as text: eight fields, joined by dots. Plain where JSON in base64url would be half as long
 * again, in each link and in each record of one, and take 3 µs more of the 12 that a link takes.
 */
export function encodeClaims(claims: StateClaims): string {
  const { jti, issuedAtMs, environmentId, integrationId, subscriberId, contextKeys } = claims
  const [issued, contexts] = [issuedAtMs.toString(36), contextKeys.length > 0 ? contextKeys : null]
  return (
    `${encodeField(jti)}.${issued}.${encodeField(environmentId)}.${encodeField(integrationId)}.` +
    `${encodeFlags(claims)}.${encodeField(subscriberId)}.` +
    `${encodeField(claims.connectionIdentifier)}.${encodeField(contexts)}`
  )
}

/** Null for what latch would not have made. */
export function decodeClaims(text: string): StateClaims | null {
  const fields = text.split('.')
  if (fields.length !== 8) return null
  const [issued = '', flags = ''] = [fields[1], fields[4]]
  const [jti, , environmentId, integrationId, , subscriberId, connectionIdentifier, contexts] =
    fields.map(decodeField)
  const contextKeys = contexts ?? []
  if (!isText(jti) || !isText(environmentId) || !isText(integrationId)) return null
  if (!isTextOrNull(subscriberId) || !isTextOrNull(connectionIdentifier)) return null
  if (!Array.isArray(contextKeys) || !contextKeys.every(isText)) return null
  const issuedAtMs = Number.parseInt(issued, 36)
  // The one spelling of one number: what parses a number stops at the first letter that is none.
  if (issuedAtMs < 0 || issuedAtMs.toString(36) !== issued) return null
  const common = { jti, issuedAtMs, environmentId, integrationId, contextKeys }
  return withFlags({ ...common, connectionIdentifier }, flags, subscriberId)
}

const isText = (value: unknown): value is string => typeof value === 'string'
const isTextOrNull = (value: unknown): value is string | null => value === null || isText(value)

/** `u` for a user's link, `c` for one that connects a workspace; then what else is the case. */
function encodeFlags(claims: StateClaims): string {
  let flags = claims.mode === 'link_user' ? 'u' : 'c'
  if (claims.protocol === 'openid') flags += 'o'
  if (claims.bound) flags += 'b'
  if (claims.mode === 'connect' && claims.shared) flags += 's'
  if (claims.mode === 'connect' && claims.autoLinkUser) flags += 'a'
  return flags
}

type Common = Omit<StateClaims, 'mode' | 'subscriberId' | 'bound' | 'protocol'>

function withFlags(common: Common, flags: string, subscriberId: string | null): StateClaims | null {
  if (!/^[uc]o?b?s?a?$/.test(flags)) return null
  const has = (flag: string): boolean => flags.includes(flag)
  const claims = { ...common, bound: has('b'), protocol: has('o') ? 'openid' : 'oauth' } as const
  if (has('u')) {
    return subscriberId === null ? null : { ...claims, mode: 'link_user', subscriberId }
  }
  return { ...claims, mode: 'connect', subscriberId, shared: has('s'), autoLinkUser: has('a') }
}
