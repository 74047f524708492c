import type { Fetch } from './call-provider.ts'
import type { ProviderParts } from './provider.ts'

/**
 * What a provider declares of itself, before anything of it is loaded: a command that only reads
 * the configuration, or prints its help, pays for no provider. So a definition imports nothing.
 */
export type ProviderDefinition = {
  /** The `providerId` of its integrations. */
  id: string
  /** The name that people know it by. */
  name: string
  /** The name in Novu's error messages. */
  title: string
  /**
   * The addresses of the provider, by a short name that also labels its outgoing calls in the
   * metrics. No two providers share such a name.
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
  /** When to set it, as the page on configuration says. */
  help: string
}

export type CredentialFlag = {
  /** In commander's notation, such as `--tenant-id <id>`; its camel case is the credential's name. */
  flag: string
  credential: string
  help: string
}

export type CreateProvider = (deps: {
  /** The base URL of that name, as the operator set it. Throws for a name that is not declared. */
  address(name: string): string
  fetch: Fetch
  /** Milliseconds since 1970. */
  clock: () => number
}) => ProviderParts

/** A local server in place of the provider, for `latch sandbox` and for tests. */
export type StandInDefinition = {
  /** Whom it stands in for, in the sandbox's greeting. */
  name: string
  /** The name of its address in what `latch sandbox --json` prints. */
  urlName: string
  /** The provider's addresses, served by a stand-in at `url`. */
  addresses(url: string): Readonly<Record<string, string>>
  load(): Promise<StandIn>
}

export type StandIn = {
  seed: StandInSeed
  create(deps: StandInDeps): RunningStandIn
}

/** What the sandbox stores so that a first link works at once. */
export type StandInSeed = {
  /** The credentials of an app that the stand-in knows. */
  credentials: Readonly<Record<string, string | boolean>>
  /** A workspace in which that app is installed already; null where there is none. */
  connection: {
    identifier: string
    workspace: { id: string; name: string }
    accessToken: string
  } | null
}

export type RunningStandIn = { fetch(request: Request): Response | Promise<Response> }

export type StandInDeps = {
  /** The address that the stand-in is reached at. */
  url: string
  /** The redirect URL that is registered with its apps. */
  redirectUri: string
  /** Milliseconds since 1970. */
  clock: () => number
  sleep: (ms: number) => Promise<void>
  randomId: (length: number) => string
}

/** The providers that latch can link with, in the order in which they are shown. */
export type Registry = readonly ProviderDefinition[]
