import { encodeBase64url, encodeUtf8, equalInConstantTime } from './bytes.ts'

/** What a browser is given to keep when it opens a link, and what the link's states say of it. */
export type BrowserSecret = { value: string; digest: string }

const LENGTH = 32

export function createBrowserSecret(bytes: (length: number) => Uint8Array): BrowserSecret {
  const value = encodeBase64url(bytes(LENGTH))
  return { value, digest: digestOf(value) }
}

/** Whether a browser has sent the secret of this digest. */
export const isBrowserSecret = (value: string, digest: string): boolean =>
  equalInConstantTime(encodeUtf8(digestOf(value)), encodeUtf8(digest))

/** The secret is random, so the digest needs no key. */
const digestOf = (value: string): string => Bun.SHA256.hash(`latch/browser\n${value}`, 'base64url')
