/** A provider's app, as the operator registered it there and stored it as an integration. */
export type ClientCredentials = { clientId: string; clientSecret: string }

/** Plain OAuth 2.0, or OpenID Connect with an id_token that is verified. */
export type Protocol = 'oauth' | 'openid'

/** What is needed to send a user to the provider (RFC 6749 §4.1.1). */
export type AuthorizationRequest = {
  clientId: string
  redirectUri: string
  state: string
  /** User scopes that the caller asked for, null for the provider's default. */
  userScope: readonly string[] | null
  protocol: Protocol
  /** PKCE, S256; null where the app is not to use it. */
  codeChallenge: string | null
  nonce: string
  /** The workspace that the user is expected to choose, null for any. */
  workspaceId: string | null
}

/** What is needed to find out who came back (RFC 6749 §4.1.3). */
export type CodeExchange = {
  credentials: ClientCredentials
  code: string
  redirectUri: string
  protocol: Protocol
  codeVerifier: string | null
  nonce: string
}

/** Who somebody is at the provider: never an e-mail address, always within a workspace. */
export type Identity = {
  userId: string
  workspace: { id: string; name: string | null }
}

export type IdentifyOutcome =
  | { kind: 'identified'; identity: Identity }
  /** The provider says no, with its own error code. */
  | { kind: 'refused'; error: string }
  /** No answer, or none that makes sense. `codeSent`: whether the code may have been used up. */
  | { kind: 'unavailable'; reason: string; codeSent: boolean }

/** How latch speaks with one provider. Knows nothing of HTTP servers or the store. */
export type Provider = {
  id: string
  /** As people know it. */
  name: string
  /** As Novu's messages spell it. */
  title: string
  endpointType: string
  /** Which protocol the scopes that the caller asked for need. */
  protocolFor(userScope: readonly string[] | null): Protocol
  linkUserUrl(request: AuthorizationRequest): string
  /** Sends the code once, and never again: the provider may have used it up. */
  identify(exchange: CodeExchange): Promise<IdentifyOutcome>
  /** What is stored of an identity, in the shape of the endpoint type. */
  endpointOf(identity: Identity): Record<string, string>
}
