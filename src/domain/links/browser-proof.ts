import { encodeUtf8, equalInConstantTime } from '../../secrets/bytes.ts'

/**
 * What latch gives a browser to keep, so that it can be recognised at a later step. How it is kept,
 * by a cookie, is no matter of the domain.
 */
export type BrowserProof = {
  /** Tells the proofs of one browser apart; not a secret. */
  id: string
  value: string
  lifetimeMs: number
}

/** The value of a proof that the browser has sent along with its request; null for none. */
export type SentProofs = (id: string) => string | null

/** Whether the browser is the one that was given this proof. */
export function isProven(sent: SentProofs, { id, value }: BrowserProof): boolean {
  const found = sent(id)
  return found !== null && equalInConstantTime(encodeUtf8(found), encodeUtf8(value))
}
