import type { Deps } from '../../deps.ts'
import type { SigningKeyPair } from '../../secrets/signing-key.ts'
import type { SigningKey } from '../../store/environments/signing-keys.ts'
import { accept, type Decision, mergeChanges } from '../decision.ts'

type KeyDeps = Pick<Deps, 'store' | 'clock'>

const MINUTE_MS = 60 * 1000

/** How long a service may keep the published keys. */
export const KEYS_MAX_AGE_MS = 5 * MINUTE_MS

export const TOKEN_LIFETIME_MS = 5 * MINUTE_MS

/** By then every service knows a new key, even one that has just fetched the keys before it. */
const PUBLISHED_BEFORE_MS = 2 * KEYS_MAX_AGE_MS

/** By then its last token has expired everywhere, even where the clock is behind. */
const PUBLISHED_AFTER_MS = 2 * TOKEN_LIFETIME_MS

/** The key that signs now; undefined if there is none. `keys` are the newest first. */
export const signingKeyAt = (keys: readonly SigningKey[], nowMs: number): SigningKey | undefined =>
  keys.find(({ signsFromMs }) => signsFromMs <= nowMs)

/**
 * The keys that tokens can be verified with now: those that will sign, the one that does, and those
 * whose last token may not have expired. `keys` are the newest first.
 */
export const publishedKeysAt = (keys: readonly SigningKey[], nowMs: number): SigningKey[] =>
  keys.filter((_, index) => {
    const next = keys[index - 1]
    return next === undefined || nowMs < next.signsFromMs + PUBLISHED_AFTER_MS
  })

/** Stores an environment's first key, which signs at once. Changes nothing if there is a key. */
export async function addFirstSigningKey(
  { store, clock }: KeyDeps,
  environmentId: string,
  pair: SigningKeyPair,
): Promise<Decision<null>> {
  const keys = await store.signingKeys.list(environmentId)
  if (keys.length > 0) return accept(null)
  const { value, change } = newKey({ store, clock }, environmentId, pair, 0)
  return accept(value, { ...change, expects: [store.signingKeys.expectNone(environmentId)] })
}

/**
 * Replaces the signing key of each environment that has one. The new key is published at once and
 * signs in 10 minutes; the previous one stays published until its last token has expired.
 */
export async function rotateSigningKeys(
  { store, clock }: KeyDeps,
  pairs: ReadonlyMap<string, SigningKeyPair>,
): Promise<Decision<null>> {
  const decisions = await Promise.all(
    [...pairs].map(async ([environmentId, pair]) => {
      const keys = await store.signingKeys.list(environmentId)
      const { change } = newKey({ store, clock }, environmentId, pair, PUBLISHED_BEFORE_MS)
      const published = new Set(publishedKeysAt(keys, clock()))
      const retired = keys.filter((key) => !published.has(key))
      return {
        ...change,
        writes: [
          ...change.writes,
          ...retired.map(({ id }) => store.signingKeys.delete(environmentId, id)),
        ],
      }
    }),
  )
  return accept(null, mergeChanges(...decisions))
}

function newKey(
  { store, clock }: KeyDeps,
  environmentId: string,
  { publicKey, privateKey }: SigningKeyPair,
  delayMs: number,
) {
  const createdAtMs = clock()
  const signsFromMs = createdAtMs + delayMs
  const key = { id: publicKey.kid, environmentId, publicKey, createdAtMs, signsFromMs }
  return accept(null, {
    writes: [store.signingKeys.insert(key, privateKey)],
    events: [
      {
        type: 'signing_key.created',
        environmentId,
        subjectId: key.id,
        data: { signsFrom: new Date(signsFromMs).toISOString() },
      },
    ],
  })
}
