import type { Deps } from '../../deps.ts'
import {
  createClaimsSigner,
  createSigningKeyPair,
  type SignClaims,
} from '../../secrets/signing-key.ts'
import type { SigningKey } from '../../store/environments/signing-keys.ts'
import { type CommitDeps, commit } from '../commit.ts'
import type { Actor } from '../decision.ts'
import { createLookUp } from './look-up.ts'
import type { SpeakerTokenRequest } from './shape.ts'
import { addFirstSigningKey, signingKeyAt, TOKEN_LIFETIME_MS } from './signing-keys.ts'
import {
  identifySpeaker,
  type Speaker,
  type SpeakerCaller,
  type SpeakerRefused,
} from './speaker.ts'

/** The header `typ`, by which a service tells these tokens from others (RFC 8725 §3.11). */
const TOKEN_TYPE = 'latch-speaker+jwt'

type TokenDeps = CommitDeps & Pick<Deps, 'providers' | 'random' | 'config'>

export type SpeakerToken = {
  kind: 'token'
  token: string
  expiresAtMs: number
  subscriberId: string
}

/** Creates a token that says to one service who is speaking. */
export type CreateSpeakerToken = (
  caller: SpeakerCaller,
  actor: Actor,
  request: SpeakerTokenRequest,
) => Promise<SpeakerToken | SpeakerRefused>

/** The issuer of an environment's tokens. Its keys are published below it. */
export const issuerOf = ({ publicUrl }: Deps['config'], environmentId: string): string =>
  `${publicUrl}/environments/${environmentId}`

export function createSpeakerTokens(deps: TokenDeps): CreateSpeakerToken {
  const lookUp = createLookUp(deps)
  const signerOf = createSigners(deps)
  return async (caller, actor, request) => {
    const speaker = await identifySpeaker(deps, lookUp, caller, request)
    if (speaker.kind !== 'speaker') return speaker
    const { environmentId } = caller
    const sign = await signerOf(environmentId, actor)
    const issuedAtMs = deps.clock()
    const expiresAtMs = issuedAtMs + TOKEN_LIFETIME_MS
    const claims = {
      iss: issuerOf(deps.config, environmentId),
      jti: deps.random.stateId(),
      iat: toSeconds(issuedAtMs),
      exp: toSeconds(expiresAtMs),
      ...claimsOf(speaker, request),
    }
    const token = await sign(TOKEN_TYPE, claims)
    return { kind: 'token', token, expiresAtMs, subscriberId: speaker.subscriber.subscriberId }
  }
}

const claimsOf = (
  { subscriber, audience }: Speaker,
  { providerId, workspaceId, userId }: SpeakerTokenRequest,
) => ({
  sub: subscriber.subscriberId,
  aud: audience,
  provider_id: providerId,
  workspace_id: workspaceId,
  user_id: userId,
  integration: subscriber.integrationIdentifier,
  context_keys: subscriber.contextKeys,
  verification: subscriber.verification,
  ...(subscriber.verifiedAtMs !== null && { verified_at: toSeconds(subscriber.verifiedAtMs) }),
})

/** NumericDate (RFC 7519 §2). */
const toSeconds = (ms: number): number => Math.floor(ms / 1000)

/** Returns the signer of an environment's current key; creates the first key. */
function createSigners(
  deps: TokenDeps,
): (environmentId: string, actor: Actor) => Promise<SignClaims> {
  const { store, clock } = deps
  const signers = new WeakMap<SigningKey, Promise<SignClaims>>()
  const importKey = async ({ id }: SigningKey): Promise<SignClaims> => {
    const privateKey = await store.signingKeys.openPrivate(id)
    if (privateKey === null) throw new Error(`the signing key ${id} was deleted meanwhile`)
    return createClaimsSigner(id, privateKey)
  }
  const addFirst = async (environmentId: string, actor: Actor): Promise<SigningKey> => {
    const pair = await createSigningKeyPair()
    await commit(deps, actor, () => addFirstSigningKey(deps, environmentId, pair))
    const key = signingKeyAt(await store.signingKeys.list(environmentId), clock())
    if (key === undefined) throw new Error('the clock is before the first signing key')
    return key
  }
  return async (environmentId, actor) => {
    const known = signingKeyAt(await store.signingKeys.known(environmentId), clock())
    const key = known ?? (await addFirst(environmentId, actor))
    const signer = signers.get(key) ?? importKey(key)
    signers.set(key, signer)
    signer.catch(() => signers.delete(key))
    return signer
  }
}
