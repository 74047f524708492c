import type { Deps } from '../../deps.ts'
import type { Provider } from '../../providers/provider.ts'
import type { StateClaims } from '../../secrets/state.ts'
import type { Integration } from '../../store/integrations/integrations.ts'
import type { StoredApp } from '../integrations/app.ts'
import { callbackUrl, sessionLinkUrl } from './addresses.ts'
import { verificationOf } from './verification.ts'

/** An app with a client id, which is enough to send users to the provider. */
export type AppWithClientId = StoredApp & { clientId: string }

/** What the provider's URL is built from, besides the claims. */
type Authorization = {
  provider: Provider
  app: AppWithClientId
  /** The expected workspace or tenant; null for any. */
  workspaceId: string | null
  /** The scopes that the caller requested; null for the provider's default. */
  scope: readonly string[] | null
}

/** The claims that the caller provides. */
type LinkClaims = Pick<StateClaims, 'connectionIdentifier' | 'contextKeys' | 'display'> &
  (
    | Pick<Extract<StateClaims, { mode: 'link_user' }>, 'mode' | 'subscriberId'>
    | Pick<
        Extract<StateClaims, { mode: 'connect' }>,
        'mode' | 'subscriberId' | 'shared' | 'autoLinkUser' | 'consent'
      >
  )

/** A link: the URL at which a user consents, and the id for looking it up. */
export type SignedLink = {
  url: string
  linkId: string
  providerId: string
  mode: StateClaims['mode']
}

/**
 * Signs a link and returns the URL for the user: the provider's own, or latch's if the company's app
 * must say first who is signed in. Nothing is stored or counted, so a link may be signed
 * more than once before one is returned.
 */
export function signLink(
  deps: Pick<Deps, 'random' | 'clock' | 'states' | 'config'>,
  integration: Integration,
  claims: LinkClaims,
  authorization: Authorization,
): SignedLink {
  const { provider, scope } = authorization
  const isSession = verificationOf(deps, integration, claims) === 'session'
  const signed: StateClaims = {
    ...claims,
    jti: deps.random.stateId(),
    issuedAtMs: deps.clock(),
    environmentId: integration.environmentId,
    integrationId: integration.id,
    session: isSession ? { step: 'created' } : null,
    protocol: claims.mode === 'link_user' ? provider.protocolFor(scope) : 'oauth',
  }
  const state = deps.states.sign(signed)
  const url = isSession
    ? sessionLinkUrl(deps.config, state, scope)
    : providerUrl(deps, signed, state, authorization)
  const linkId = deps.states.linkId(signed)
  return { url, linkId, providerId: provider.id, mode: claims.mode }
}

/**
 * The URL at which a person who reports a consent signs in at that tenant. Its state belongs to the same
 * link, so the link is completed once.
 */
export function signInUrl(
  deps: Pick<Deps, 'states' | 'config' | 'clock'>,
  claims: StateClaims,
  { provider, app }: { provider: Provider; app: AppWithClientId },
  workspaceId: string,
): string {
  const { connect } = provider
  if (connect?.kind !== 'admin_consent' || claims.mode !== 'connect') {
    throw new Error(`${provider.id} has no consent to prove`)
  }
  const state = deps.states.sign({ ...claims, consent: { workspaceId, atMs: deps.clock() } })
  const redirectUri = callbackUrl(deps.config)
  const proofs = () => deps.states.proofs(claims)
  return connect.signInUrl({ app, redirectUri, state, proofs, workspaceId })
}

/** The URL of the provider's consent page. */
export function providerUrl(
  deps: Pick<Deps, 'states' | 'config'>,
  claims: StateClaims,
  state: string,
  { provider, app, workspaceId, scope }: Authorization,
): string {
  const proofs = () => deps.states.proofs(claims)
  const shared = { app, redirectUri: callbackUrl(deps.config), state, proofs, workspaceId }
  if (claims.mode === 'link_user') {
    return provider.linkUserUrl({ ...shared, userScope: scope, protocol: claims.protocol })
  }
  if (provider.connect === null) throw new Error(`${provider.id} cannot be connected`)
  return provider.connect.url({ ...shared, scope })
}
