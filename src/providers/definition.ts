import type { Fetch } from './call-provider.ts'
import type { ProviderParts } from './provider.ts'

/**
 * What a provider declares about itself before any of its code is loaded. A command that only reads
 * the configuration, or prints its help, loads no provider; so a definition imports nothing.
 */
export type ProviderDefinition = {
  /** The `providerId` of its integrations. */
  id: string
  /** The display name. */
  name: string
  /** The name used in Novu's error messages. */
  title: string
  /**
   * The provider's base URLs, each under a short name that also labels its outgoing calls in the
   * metrics. No two providers may share such a name.
   */
  addresses: Readonly<Record<string, ProviderAddress>>
  /** Flags of `latch integrations create` for credentials that only this provider has. */
  flags: readonly CredentialFlag[]
  standIn: StandInDefinition
  load(): Promise<CreateProvider>
}

/** A base URL that an operator can replace. */
export type ProviderAddress = {
  /** The name of the environment variable. */
  variable: string
  fallback: string
  /** When to set it, as documented on the configuration page. */
  help: string
}

export type CredentialFlag = {
  /**
   * In commander's notation, such as `--tenant-id <id>`; the credential is named by its camel case.
   */
  flag: string
  credential: string
  help: string
}

export type CreateProvider = (deps: {
  /** The base URL of that name, as the operator set it. Throws for an undeclared name. */
  address(name: string): string
  fetch: Fetch
  /** Milliseconds since 1970. */
  clock: () => number
}) => ProviderParts

/** A local server in place of the provider, for `latch sandbox` and for tests. */
export type StandInDefinition = {
  /** The name of the real service, shown in the sandbox's greeting. */
  name: string
  /** The key of its URL in the output of `latch sandbox --json`. */
  urlName: string
  /** Maps the provider's addresses to a stand-in at `url`. */
  addresses(url: string): Readonly<Record<string, string>>
  load(): Promise<StandIn>
}

export type StandIn = {
  seed: StandInSeed
  create(deps: StandInDeps): RunningStandIn
}

/** What the sandbox stores so that a first link works immediately. */
export type StandInSeed = {
  /** The credentials of an app that is registered with the stand-in. */
  credentials: Readonly<Record<string, string | boolean>>
  /** A workspace in which that app is already installed; null if there is none. */
  connection: {
    identifier: string
    workspace: { id: string; name: string }
    accessToken: string
  } | null
}

export type RunningStandIn = { fetch(request: Request): Response | Promise<Response> }

export type StandInDeps = {
  /** The URL at which the stand-in is reached. */
  url: string
  /** The redirect URL that is registered for its apps. */
  redirectUri: string
  /** Milliseconds since 1970. */
  clock: () => number
  sleep: (ms: number) => Promise<void>
  randomId: (length: number) => string
}

/** The providers that latch can link with, in display order. */
export type Registry = readonly ProviderDefinition[]
