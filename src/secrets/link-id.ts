import { encodeUtf8, equalInConstantTime } from './bytes.ts'
import { createSigner } from './hmac.ts'
import type { DerivedKeys } from './keyring.ts'

/** What a link's id says by itself. */
export type LinkLife = { issuedAtMs: number; lifetimeMs: number }

/**
 * An id that was read. Where `isSigned` is false it was made with a secret key that latch does not have
 * any more, in another environment, or by somebody else: only what is stored of it can tell.
 */
export type ReadLinkId = LinkLife & { isSigned: boolean }

/** The id of a link, from its `jti`; the environment is covered by the id and not carried in it. */
export type IdentifyLink = (link: LinkLife & { jti: string; environmentId: string }) => string

const PREFIX = 'lnk_'
/** 96 bits: no two links share it. */
const HANDLE_LENGTH = 16
/** Base 36: milliseconds until the year 5188. */
const ISSUED_LENGTH = 9
/** Base 36: seconds, up to 19 days. */
const LIFETIME_LENGTH = 4
/** 72 bits. A forged id would only be told that it waits, or has expired. */
const SIGNATURE_LENGTH = 12

const LINK_ID = new RegExp(
  `^${PREFIX}[\\w-]{${HANDLE_LENGTH}}([0-9a-z]{${ISSUED_LENGTH}})([0-9a-z]{${LIFETIME_LENGTH}})[\\w-]{${SIGNATURE_LENGTH}}$`,
)

/**
 * Makes ids of links with one key. An id is `lnk_`, a digest of the link's `jti`, the time of issue,
 * the lifetime, and the beginning of an HMAC over these and the environment: latch knows an id for its
 * own without a row, and only in its own environment. Nothing about the link itself follows from it.
 */
export function createIdentifyLink({ link: key }: Pick<DerivedKeys, 'link'>): IdentifyLink {
  const signWithKey = createSigner(key)
  return ({ jti, issuedAtMs, lifetimeMs, environmentId }) => {
    // Its own label, so that it has nothing in common with what else is derived from a `jti`. That is
    // random, so that the digest needs no key.
    const handle = Bun.SHA256.hash(`latch/link-id\n${jti}`, 'base64url').slice(0, HANDLE_LENGTH)
    const issued = issuedAtMs.toString(36).padStart(ISSUED_LENGTH, '0')
    const lifetime = (lifetimeMs / 1000).toString(36).padStart(LIFETIME_LENGTH, '0')
    const unsigned = `${PREFIX}${handle}${issued}${lifetime}`
    return unsigned + sign(signWithKey, unsigned, environmentId)
  }
}

const sign = (
  signWithKey: (data: string) => string,
  unsigned: string,
  environmentId: string,
): string => signWithKey(`${unsigned}\n${environmentId}`).slice(0, SIGNATURE_LENGTH)

/** Reads an id, and says whether one of these keys signed it for this environment. Null for no id. */
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
