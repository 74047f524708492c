import { encodeUtf8, equalInConstantTime } from './bytes.ts'
import { createSigner } from './hmac.ts'
import type { DerivedKeys } from './keyring.ts'

/** What can be read from a link id itself. */
export type LinkLife = { issuedAtMs: number; lifetimeMs: number }

/**
 * A parsed link id. If `isSigned` is false, it was signed with a secret key that is no longer
 * available, for another environment, or by somebody else; only stored data can tell which.
 */
export type ReadLinkId = LinkLife & { isSigned: boolean }

/**
 * Creates the id of a link from its `jti`. The environment is covered by the signature, but not
 * part of the id.
 */
export type IdentifyLink = (link: LinkLife & { jti: string; environmentId: string }) => string

const PREFIX = 'lnk_'
/** 96 bits: collisions are negligible. */
const HANDLE_LENGTH = 16
/** Base 36: milliseconds until the year 5188. */
const ISSUED_LENGTH = 9
/** Base 36: seconds, up to 19 days. */
const LIFETIME_LENGTH = 4
/** 72 bits are enough: a forged id would only be reported as pending or expired. */
const SIGNATURE_LENGTH = 12

const LINK_ID = new RegExp(
  `^${PREFIX}([0-9a-z]{${ISSUED_LENGTH}})[\\w-]{${HANDLE_LENGTH}}([0-9a-z]{${LIFETIME_LENGTH}})[\\w-]{${SIGNATURE_LENGTH}}$`,
)

/**
 * Returns a function that creates link ids with one key. An id is `lnk_`, the time of issue,
 * a digest of the link's `jti`, the lifetime, and a truncated HMAC over these and the environment. So
 * latch can recognise its own ids without a stored row, and only in the right environment. The id
 * reveals nothing else about the link. The time comes first, so that an index of ids grows at its end:
 * a random one takes a page of the database for each id that a commit adds.
 */
export function createIdentifyLink({ link: key }: Pick<DerivedKeys, 'link'>): IdentifyLink {
  const signWithKey = createSigner(key)
  return ({ jti, issuedAtMs, lifetimeMs, environmentId }) => {
    // The label separates this digest from the other values derived from a `jti`. The `jti` is
    // random, so the digest needs no key.
    const handle = Bun.SHA256.hash(`latch/link-id\n${jti}`, 'base64url').slice(0, HANDLE_LENGTH)
    const issued = issuedAtMs.toString(36).padStart(ISSUED_LENGTH, '0')
    const lifetime = (lifetimeMs / 1000).toString(36).padStart(LIFETIME_LENGTH, '0')
    const unsigned = `${PREFIX}${issued}${handle}${lifetime}`
    return unsigned + sign(signWithKey, unsigned, environmentId)
  }
}

const sign = (
  signWithKey: (data: string) => string,
  unsigned: string,
  environmentId: string,
): string => signWithKey(`${unsigned}\n${environmentId}`).slice(0, SIGNATURE_LENGTH)

/**
 * Parses an id, and says whether one of these keys signed it for this environment. Returns null if
 * the text is not a link id.
 */
export function readLinkId(
  keys: readonly Pick<DerivedKeys, 'link'>[],
  id: string,
  environmentId: string,
): ReadLinkId | null {
  const [, issued, lifetime] = LINK_ID.exec(id) ?? []
  if (issued === undefined || lifetime === undefined) return null
  const unsigned = id.slice(0, -SIGNATURE_LENGTH)
  const signature = encodeUtf8(id.slice(-SIGNATURE_LENGTH))
  const isSigned = keys.some(({ link }) =>
    equalInConstantTime(encodeUtf8(sign(createSigner(link), unsigned, environmentId)), signature),
  )
  return {
    isSigned,
    issuedAtMs: Number.parseInt(issued, 36),
    lifetimeMs: Number.parseInt(lifetime, 36) * 1000,
  }
}
