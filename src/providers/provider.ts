import type { TBoolean, TOptional, TSchema, TString } from '@sinclair/typebox'
import type { Finding, SetUp } from './examination.ts'

/** What an integration says of its app, under the names that the API has for it. */
export type Credentials = Readonly<Record<string, string | boolean>>

/** The credentials that one provider alone has, each with its schema. */
export type OwnCredentials = Readonly<Record<string, TOptional<TString> | TOptional<TBoolean>>>

/** A provider's app, as the operator registered it there and stored it as an integration. */
export type App = {
  clientId: string
  clientSecret: string
  /** The credentials that the provider declares as its own, which it alone understands. */
  own: Credentials
}

/** Plain OAuth 2.0, or OpenID Connect with an id_token that is verified. */
export type Protocol = 'oauth' | 'openid'

/** What a link can carry so that its answer is known for its own. */
export type LinkProofs = {
  /** PKCE, S256 (RFC 7636 §4.2). */
  codeChallenge: string
  /** OpenID Connect Core §3.1.2.1. */
  nonce: string
}

/** What is needed to send a user to the provider (RFC 6749 §4.1.1). */
export type AuthorizationRequest = {
  app: Omit<App, 'clientSecret'>
  redirectUri: string
  state: string
  /** User scopes that the caller asked for, null for the provider's default. */
  userScope: readonly string[] | null
  protocol: Protocol
  /** Three HMACs and a hash, a tenth of what a link takes, and most links to Slack need none. */
  proofs(): LinkProofs
  /** The workspace or tenant that the user is expected to choose, null for any. */
  workspaceId: string | null
}

/** What is needed to find out who came back (RFC 6749 §4.1.3). */
export type CodeExchange = {
  app: App
  code: string
  redirectUri: string
  protocol: Protocol
  codeVerifier: string
  nonce: string
  /** As it was at the authorization. */
  workspaceId: string | null
}

/** Who somebody is at the provider: never an e-mail address, always within a workspace. */
export type Identity = {
  userId: string
  workspace: {
    id: string
    name: string | null
    /** Slack's Enterprise Grid: the organisation that the workspace is part of. */
    enterpriseId?: string
  }
}

export type IdentifyOutcome =
  | { kind: 'identified'; identity: Identity }
  /** The provider says no, with its own error code. */
  | { kind: 'refused'; error: string }
  /** No answer, or none that makes sense. `codeSent`: whether the code may have been used up. */
  | { kind: 'unavailable'; reason: string; codeSent: boolean }

/** What is needed to send somebody to install the app in a workspace. */
export type ConnectRequest = Pick<
  AuthorizationRequest,
  'app' | 'redirectUri' | 'state' | 'proofs' | 'workspaceId'
> & {
  /** Bot scopes that the caller asked for, null for the provider's default. */
  scope: readonly string[] | null
}

/** Tokens with which the app acts in a workspace. */
export type Tokens = {
  accessToken: string
  /** Null where the app does not rotate its tokens. */
  rotation: Rotation | null
}

export type Rotation = {
  refreshToken: string
  /** Null where the provider states no lifetime. */
  expiresInSeconds: number | null
}

/** The answer to a refresh token. */
export type RefreshedTokens = {
  accessToken: string
  /** Null where the provider issued no new one: the one that was sent stays good (RFC 6749 §6). */
  refreshToken: string | null
  /** Null where the provider states no lifetime. */
  expiresInSeconds: number | null
}

/** What an install gave. */
export type Installation = {
  workspace: { id: string; name: string | null }
  tokens: Tokens
  /** Who installed it, where the provider says. */
  userId: string | null
  /** Who the app is in that workspace, where the provider says. */
  botUserId: string | null
  /** Slack's incoming webhook: the URL of one channel, in place of a connection. */
  webhookUrl: string | null
}

export type InstallOutcome =
  | { kind: 'installed'; installation: Installation }
  | Exclude<IdentifyOutcome, { kind: 'identified' }>

export type RefreshOutcome =
  | { kind: 'refreshed'; tokens: RefreshedTokens }
  | { kind: 'refused'; error: string }
  | { kind: 'unavailable'; reason: string }

export type RevokeOutcome =
  | { kind: 'revoked' }
  | { kind: 'refused'; error: string }
  | { kind: 'unavailable'; reason: string }

/** Whether an administrator has consented to the app in a tenant, as the provider itself says. */
export type ConsentProof = { kind: 'proven' } | { kind: 'not_yet'; problem: string }

/** How an app is brought into a workspace: by a code, or by an administrator's consent. */
export type Connect = InstallByCode | AdminConsent

/** The callback brings no code, only a claim that anybody could make. */
export type AdminConsent = {
  kind: 'admin_consent'
  texts: ConsentTexts
  url(request: ConnectRequest): string
  isTenantId(text: string): boolean
  prove(app: App, tenantId: string): Promise<ConsentProof>
}

/** What an administrator reads whose consent did not work, or not yet. */
export type ConsentTexts = {
  /** A heading: the consent is claimed, and the provider does not confirm it. */
  pending: string
  /** What to do about it. */
  pendingAdvice: string
  /** The provider did not say that an administrator consented. */
  missing: string
}

export type InstallByCode = {
  kind: 'code'
  url(request: ConnectRequest): string
  /** Sends the code once, and never again. */
  install(
    exchange: Omit<CodeExchange, 'protocol' | 'nonce' | 'workspaceId'>,
  ): Promise<InstallOutcome>
  /** Makes a token worthless at the provider. */
  revoke(accessToken: string): Promise<RevokeOutcome>
  /** Exchanges a refresh token, which is good once, for a new pair (RFC 6749 §6). */
  refresh(app: App, refreshToken: string): Promise<RefreshOutcome>
}

/** Whether the app can reach a user who is linked. */
export type Reach =
  | { kind: 'reachable' }
  /** Not yet: what is in the way, in words for the operator. It may pass by itself. */
  | { kind: 'not_yet'; problem: string }

/** A type of endpoints, and the shape of those that are of it. */
export type EndpointType = { type: string; shape: TSchema }

/** What a failure means and what to do about it, in plain words for an operator. */
export type Explanation = { meaning: string; remedy: string }

/** The codes by which a provider says what is wrong. */
export type ErrorCodes = {
  /** Finds the code in an error's description, of which nothing else is kept; null: there is none. */
  inDescription: RegExp | null
  /** By code; that of one on the provider's own pages as well, from which nobody comes back. */
  meanings: Readonly<Record<string, Explanation>>
}

/** How latch speaks with one provider, under the names by which it is defined. */
export type Provider = ProviderParts & {
  id: string
  /** The name that people know it by. */
  name: string
  /** The name in Novu's error messages. */
  title: string
}

/** All of a provider but its names. Knows nothing of HTTP servers or the store. */
export type ProviderParts = {
  /** A sentence for somebody who has linked their account, or connected their workspace. */
  connectedText: string
  errors: ErrorCodes
  credentials: OwnCredentials
  endpoints: {
    /** The type that identities are stored as. */
    person: EndpointType
    /** Other places in which a backend may post, and which it names itself. */
    destinations: readonly EndpointType[]
  }
  /** Whether an `iss` that comes with an answer is this provider's (RFC 9207, against mix-up). */
  isIssuer(issuer: string): boolean
  /** Which protocol the scopes that the caller asked for need. */
  protocolFor(userScope: readonly string[] | null): Protocol
  linkUserUrl(request: AuthorizationRequest): string
  /** Sends the code once, and never again: the provider may have used it up. */
  identify(exchange: CodeExchange): Promise<IdentifyOutcome>
  connect: Connect | null
  /** What is stored of an identity, in the shape of the type for persons. */
  endpointOf(identity: Identity): Record<string, string>
  /**
   * Finds out what can be known of an app before any user clicks. It changes nothing, and what it
   * says is for the operator.
   */
  examine(app: App, redirectUri: string): Promise<Finding[]>
  /** What an operator enters at the provider. */
  setUp(redirectUri: string): SetUp
  /**
   * Makes a linked user reachable, where the provider needs more than their consent (Teams: the bot
   * in their chat). `endpoint` is what is stored of them. Doing it again does no harm. Null where
   * there is nothing to do.
   */
  reach: ((app: App, endpoint: Readonly<Record<string, unknown>>) => Promise<Reach>) | null
}
