import type { TBoolean, TOptional, TSchema, TString } from '@sinclair/typebox'
import type { Finding, SetupInstructions } from './diagnostics.ts'

/** An integration's credentials for its app, under the API's names. */
export type Credentials = Readonly<Record<string, string | boolean>>

/** The credentials that are specific to one provider, each with its schema. */
export type ProviderCredentials = Readonly<Record<string, TOptional<TString> | TOptional<TBoolean>>>

/** An app that the operator registered at a provider and stored as an integration. */
export type ProviderApp = {
  clientId: string
  clientSecret: string
  /** The provider-specific credentials, which only the provider interprets. */
  providerCredentials: Credentials
}

/** Plain OAuth 2.0, or OpenID Connect with a verified id_token. */
export type Protocol = 'oauth' | 'openid'

/** The proofs that tie an authorization response to the link that requested it. */
export type LinkProofs = {
  /** The PKCE challenge, S256 (RFC 7636 §4.2). */
  codeChallenge: string
  /** The nonce of OpenID Connect Core §3.1.2.1. */
  nonce: string
}

/** What is needed to send a user to the provider (RFC 6749 §4.1.1). */
export type AuthorizationRequest = {
  app: Omit<ProviderApp, 'clientSecret'>
  redirectUri: string
  state: string
  /** User scopes that the caller requested, null for the provider's default. */
  userScope: readonly string[] | null
  protocol: Protocol
  /**
   * Computed on demand: three HMACs and a hash, a tenth of the time that making a link takes, and
   * most links to Slack need none.
   */
  proofs(): LinkProofs
  /** The workspace or tenant that the user is expected to choose, null for any. */
  workspaceId: string | null
}

/** What is needed to exchange a code and identify the user (RFC 6749 §4.1.3). */
export type CodeExchange = {
  app: ProviderApp
  code: string
  redirectUri: string
  protocol: Protocol
  codeVerifier: string
  nonce: string
  /** The value given in the authorization request. */
  workspaceId: string | null
  /** Whether the user's name is to be shown, which may take another request. */
  needsName: boolean
}

/** A user at the provider: never an e-mail address, always within a workspace. */
export type Identity = {
  userId: string
  /** The display name. Users may change it at any time, so it is only shown. */
  name?: string
  /** What the user signs in with, such as an e-mail address. It is only shown, too. */
  signInName?: string
  workspace: {
    id: string
    name: string | null
    /** Slack's Enterprise Grid: the organisation that the workspace belongs to. */
    enterpriseId?: string
  }
}

export type IdentifyOutcome =
  | { kind: 'identified'; identity: Identity }
  /** The provider refused, with its own error code. */
  | { kind: 'refused'; error: string }
  /** No response, or none that makes sense. `codeSent`: whether the code may have been used up. */
  | { kind: 'unavailable'; reason: string; codeSent: boolean }

/** What is needed to send someone to install the app in a workspace. */
export type ConnectRequest = Pick<
  AuthorizationRequest,
  'app' | 'redirectUri' | 'state' | 'proofs' | 'workspaceId'
> & {
  /** Bot scopes that the caller requested, null for the provider's default. */
  scope: readonly string[] | null
}

/** Tokens with which the app acts in a workspace. */
export type Tokens = {
  accessToken: string
  /** Null if the app does not rotate its tokens. */
  rotation: TokenRotation | null
}

export type TokenRotation = {
  refreshToken: string
  /** Null if the provider states no lifetime. */
  expiresInSeconds: number | null
}

/** The tokens returned for a refresh token. */
export type RefreshedTokens = {
  accessToken: string
  /** Null if the provider issued no new one: the one that was sent stays valid (RFC 6749 §6). */
  refreshToken: string | null
  /** Null if the provider states no lifetime. */
  expiresInSeconds: number | null
}

/** The result of an installation. */
export type Installation = {
  workspace: Identity['workspace']
  tokens: Tokens
  /** The user who installed it, where the provider reports one. */
  userId: string | null
  /** The app's bot user in that workspace, where the provider reports one. */
  botUserId: string | null
  /** A token of that user's own, which latch does not keep; null if the provider returned none. */
  userToken: string | null
  /** Slack's incoming webhook: the URL of one channel, returned instead of a connection. */
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

/**
 * Whether an administrator has consented to the app in a tenant, as confirmed by the provider
 * itself.
 */
export type ConsentProof = { kind: 'proven' } | { kind: 'not_yet'; problem: string }

/**
 * The person who signed in after a consent. `problem`: why the provider does not confirm that they may
 * consent for their tenant, for people to read; null if it does.
 */
export type AdminOutcome =
  | { kind: 'identified'; identity: Identity; problem: string | null }
  | Exclude<IdentifyOutcome, { kind: 'identified' }>

/** Whom an integration accepts as an administrator. */
export type AdminPolicy = {
  /** Every member of the tenant who is no guest. */
  acceptsMembers: boolean
  /** Ids of roles that are accepted beside those that may consent to apps. */
  roles: readonly string[]
}

/** How an app is installed in a workspace: by a code, or by an administrator's consent. */
export type Connect = InstallByCode | AdminConsent

/**
 * The callback of a consent carries no code, only claims that anybody could make. So the person goes
 * on to sign in at the tenant that it names, and that sign-in proves who they are.
 */
export type AdminConsent = {
  kind: 'admin_consent'
  texts: ConsentTexts
  url(request: ConnectRequest): string
  isTenantId(text: string): boolean
  /** Where the person who consented signs in: only users of the tenant can. */
  signInUrl(request: Omit<ConnectRequest, 'scope'> & { workspaceId: string }): string
  /** Identifies them by that sign-in. Sends the code exactly once. */
  identifyAdmin(
    exchange: Omit<CodeExchange, 'protocol'> & { workspaceId: string },
    policy: AdminPolicy,
  ): Promise<AdminOutcome>
  /** Whether the permissions have taken effect in the tenant, which says nothing about anyone. */
  prove(app: ProviderApp, tenantId: string): Promise<ConsentProof>
}

/** What an administrator reads when their consent failed or is not confirmed yet. */
export type ConsentTexts = {
  /** A heading: consent is claimed, but the provider does not confirm it. */
  pending: string
  /** What to do about it. */
  pendingAdvice: string
  /** The provider did not say that an administrator consented. */
  missing: string
  /** What to do for someone who has not proven to be an administrator. */
  notProvenAdvice: string
}

export type InstallByCode = {
  kind: 'code'
  url(request: ConnectRequest): string
  /** Sends the code exactly once; never retries. */
  install(
    exchange: Omit<CodeExchange, 'protocol' | 'nonce' | 'workspaceId' | 'needsName'>,
  ): Promise<InstallOutcome>
  /** Revokes a token at the provider. */
  revoke(accessToken: string): Promise<RevokeOutcome>
  /** Exchanges a single-use refresh token for a new pair (RFC 6749 §6). */
  refresh(app: ProviderApp, refreshToken: string): Promise<RefreshOutcome>
}

/** Whether the app can message a linked user, which at some providers needs a bot in their chat. */
export type BotInstallation =
  | { kind: 'reachable' }
  /** Not yet. `problem` is the reason, worded for the operator. It may resolve by itself. */
  | { kind: 'not_yet'; problem: string }

/** An endpoint type, and the schema of endpoints of that type. */
export type EndpointType = { type: string; shape: TSchema }

/** A user at a provider. */
export type ChatUser = {
  userId: string
  /** Null if it is unknown. */
  workspaceId: string | null
}

/** The endpoint type that identities are stored as. */
export type PersonType = EndpointType & {
  /**
   * The chat user that an endpoint of this type stands for, each in one spelling, because they are
   * compared. `workspaceId`: the workspace that the value is used in, null if that is unknown.
   */
  chatUserOf(value: Readonly<Record<string, unknown>>, workspaceId: string | null): ChatUser
}

/** What a failure means and how to fix it, in plain words for an operator. */
export type Explanation = { meaning: string; remedy: string }

/** A provider's error codes. */
export type ErrorCodes = {
  /**
   * Finds the code in an error description, of which nothing else is kept; null if descriptions
   * carry no code.
   */
  inDescription: RegExp | null
  /**
   * By code, including codes shown only on the provider's own pages, from which the user is not
   * redirected back.
   */
  meanings: Readonly<Record<string, Explanation>>
}

/** A provider: how latch talks to it, and the names from its definition. */
export type Provider = ProviderParts & {
  id: string
  /** The display name. */
  name: string
  /** The name used in Novu's error messages. */
  title: string
}

/** A provider without its names. Knows nothing of HTTP servers or the store. */
export type ProviderParts = {
  /** A sentence shown to a user who has linked their account, or connected their workspace. */
  connectedText: string
  errors: ErrorCodes
  credentials: ProviderCredentials
  endpoints: {
    person: PersonType
    /** The types of other places that a backend may post to, and which it specifies itself. */
    destinations: readonly EndpointType[]
  }
  /**
   * Whether an `iss` in an authorization response is this provider's (RFC 9207, against mix-up
   * attacks).
   */
  isIssuer(issuer: string): boolean
  /** The protocol that the requested scopes need. */
  protocolFor(userScope: readonly string[] | null): Protocol
  linkUserUrl(request: AuthorizationRequest): string
  /** Sends the code exactly once and never retries: the provider may have used it up. */
  identify(exchange: CodeExchange): Promise<IdentifyOutcome>
  connect: Connect | null
  /** What is stored for an identity, in the shape of the endpoint type for persons. */
  endpointOf(identity: Identity): Record<string, string>
  /**
   * Checks what can be known about an app before any user clicks a link. It changes nothing, and
   * its findings are for the operator.
   */
  diagnose(app: ProviderApp, redirectUri: string): Promise<Finding[]>
  /** What an operator enters at the provider. */
  setupInstructions(redirectUri: string): SetupInstructions
  /**
   * Installs the app's bot in the chat of a linked user, if the provider delivers messages only then
   * (Teams). `endpoint` is their stored endpoint. Safe to repeat. Null if the provider needs no bot.
   */
  installBot:
    | ((app: ProviderApp, endpoint: Readonly<Record<string, unknown>>) => Promise<BotInstallation>)
    | null
}
