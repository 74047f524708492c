import {
  type Address,
  type ConfigProblem,
  createReader,
  type EnvironmentVariables,
  isLoopback,
} from './config-reader.ts'
import {
  type LoggedRequests,
  type LogLevel,
  loggedRequests,
  logLevels,
} from './observe/log-level.ts'
import type { Registry } from './providers/definition.ts'
import { REGISTRY } from './providers/registry.ts'
import type { MasterKeys } from './secrets/master-keys.ts'

/** The operator's settings. `publicUrl` is null if it follows from the address listened on. */
export type Settings = Readonly<{
  host: string
  port: number
  publicUrl: string | null
  dataDir: string
  /** A libSQL server that several latch processes can share; null: a file in the data directory. */
  database: Readonly<{ url: string; authToken: string | null }> | null
  /** SQLite's `synchronous`: how durable a commit must be before it is acknowledged. */
  synchronous: 'full' | 'normal'
  /** The master key; null to use the key file in the data directory. */
  masterKeys: MasterKeys | null
  /** The files from which secrets were read. */
  secretFiles: readonly string[]
  /** The base URL of each address that a provider declares, by the address's name. */
  providerUrls: Readonly<Record<string, string>>
  maxBodyBytes: number
  responseEnvelope: 'none' | 'data'
  autoCreateSubscribers: boolean
  /** How it is verified that the person who completes a link is its subscriber, unless set per app. */
  userVerification: UserVerification
  /** Whether a webhook's URL may be a private address. */
  allowPrivateWebhooks: boolean
  /** Requests per second; 0 for no limit. */
  rateLimits: Readonly<{ global: number; configuration: number }>
  logLevel: LogLevel
  /** Which requests are logged. */
  logRequests: LoggedRequests
  /** How many days events are kept. */
  eventsRetentionDays: number
  /** Where Prometheus can scrape metrics; null: metrics are disabled. */
  metricsAddress: Address | null
  /** Addresses and networks whose `X-Forwarded-For` header is trusted. */
  trustedProxies: readonly string[]
  /**
   * How long requests are still served after SIGTERM or SIGINT, while the readiness check already
   * fails.
   */
  shutdownDelayMs: number
  /**
   * Variables that begin with `LATCH_` but are not settings (misspelt, or from another version), and
   * those by which Bun runs other code inside latch or reveals secrets.
   */
  settingWarnings: readonly ConfigProblem[]
}>

/**
 * `session`: the app's own session and the sign-in at the provider, in one browser. `confirm`: the
 * person confirms the account that they are linked to. `none`: whoever completes the link.
 */
export const userVerifications = ['session', 'confirm', 'none'] as const
export type UserVerification = (typeof userVerifications)[number]

/** The settings of a running latch, with its public URL known. */
export type Config = Readonly<Settings & { publicUrl: string }>

/** Command-line flags, which take precedence over the environment. */
export type Flags = Readonly<Partial<Record<'host' | 'port' | 'publicUrl' | 'dataDir', string>>>

/**
 * Reports every mistake in the configuration at once, with unknown settings, which may be the cause
 * of the others.
 */
export class ConfigError extends Error {
  override readonly name = 'ConfigError'
  constructor(
    readonly problems: readonly ConfigProblem[],
    readonly settingWarnings: readonly ConfigProblem[] = [],
  ) {
    const lines = [...problems, ...settingWarnings].map(
      ({ name, problem, fix }) => `${name}: ${problem}. ${fix}.`,
    )
    super(lines.join('\n'))
  }
}

const RATES = { from: 0, to: 1_000_000 }

/**
 * The variables for latch's URL and API key that the guides and examples use on the client side.
 */
const OF_CLIENTS = /^LATCH_(URL|API_KEY)$/

/**
 * Variables that Kubernetes adds to every pod for a service whose name is or begins with `latch`
 * (https://kubernetes.io/docs/concepts/services-networking/service/#environment-variables).
 */
const OF_KUBERNETES = /^LATCH_(\w+_)?(SERVICE_(HOST|PORT)|PORT_\d+_(TCP|UDP|SCTP))(_\w+)?$/

const RUNS_OTHER_CODE = 'runs other code inside latch, or lets a debugger in'

/**
 * What Bun reads in every executable that it has compiled, and what it then does. A debugger can read
 * every secret in the memory. The systemd unit and the image clear the same variables.
 */
export const OF_THE_RUNTIME = {
  BUN_OPTIONS: RUNS_OTHER_CODE,
  BUN_INSPECT: RUNS_OTHER_CODE,
  BUN_INSPECT_CONNECT_TO: RUNS_OTHER_CODE,
  BUN_BE_BUN: 'makes another program of latch: the command line of Bun',
  BUN_CONFIG_VERBOSE_FETCH: 'prints every call to a provider, with client secrets and tokens',
  NODE_TLS_REJECT_UNAUTHORIZED:
    'can turn off the check of TLS certificates, so that anybody can pose as a provider (for a ' +
    'certificate authority of your own, use NODE_EXTRA_CA_CERTS)',
} as const

const isOfOthers = (name: string): boolean => OF_CLIENTS.test(name) || OF_KUBERNETES.test(name)

/**
 * Reads the `LATCH_*` variables, the variables that the providers declare, and the flags. Throws
 * one `ConfigError` with every problem found.
 */
export function readConfig(
  environment: EnvironmentVariables,
  flags: Flags,
  { registry = REGISTRY, ...defaults }: { dataDir: string; registry?: Registry },
): Settings {
  const reader = createReader(environment)
  const databaseUrl = reader.databaseUrl('LATCH_DATABASE_URL')
  const authToken = reader.secret('LATCH_DATABASE_AUTH_TOKEN')?.text ?? null
  const host = reader.text('LATCH_HOST', '127.0.0.1', flags.host)
  const settings: Settings = {
    host,
    port: reader.integer('LATCH_PORT', 4400, { from: 0, to: 65_535 }, flags.port),
    publicUrl: reader.url('LATCH_PUBLIC_URL', flags.publicUrl),
    dataDir: reader.text('LATCH_DATA_DIR', defaults.dataDir, flags.dataDir),
    database: databaseUrl === null ? null : Object.freeze({ url: databaseUrl, authToken }),
    synchronous: reader.oneOf('LATCH_SYNCHRONOUS', ['full', 'normal'], 'full'),
    masterKeys: reader.masterKeys(reader.secret('LATCH_SECRET_KEY')),
    secretFiles: Object.freeze([...reader.secretFiles]),
    providerUrls: Object.freeze(readProviderUrls(reader, registry)),
    maxBodyBytes: reader.integer('LATCH_MAX_BODY_BYTES', 102_400, { from: 1024, to: 10_485_760 }),
    responseEnvelope: reader.oneOf('LATCH_RESPONSE_ENVELOPE', ['none', 'data'], 'none'),
    autoCreateSubscribers:
      reader.oneOf('LATCH_AUTO_CREATE_SUBSCRIBERS', ['true', 'false'], 'false') === 'true',
    userVerification: reader.oneOf('LATCH_USER_VERIFICATION', userVerifications, 'confirm'),
    allowPrivateWebhooks:
      reader.oneOf('LATCH_WEBHOOKS_ALLOW_PRIVATE', ['true', 'false'], 'false') === 'true',
    rateLimits: Object.freeze({
      global: reader.integer('LATCH_RATE_LIMIT_GLOBAL', 100, RATES),
      configuration: reader.integer('LATCH_RATE_LIMIT_CONFIGURATION', 100, RATES),
    }),
    trustedProxies: Object.freeze(reader.networks('LATCH_TRUSTED_PROXIES')),
    shutdownDelayMs: reader.integer('LATCH_SHUTDOWN_DELAY_MS', 0, { from: 0, to: 60_000 }),
    metricsAddress: reader.address('LATCH_METRICS_ADDRESS'),
    eventsRetentionDays: reader.integer('LATCH_EVENTS_RETENTION_DAYS', 90, { from: 1, to: 3650 }),
    logLevel: reader.oneOf('LATCH_LOG_LEVEL', logLevels, 'info'),
    logRequests: reader.oneOf('LATCH_LOG_REQUESTS', loggedRequests, 'errors'),
    // Must come last: it returns the variables that have not been looked up.
    settingWarnings: Object.freeze([
      ...reader.unknown('LATCH_', isOfOthers),
      ...reader.present(OF_THE_RUNTIME),
    ]),
  }
  if (settings.publicUrl === null && !isLoopback(host)) {
    reader.addProblem(
      'LATCH_PUBLIC_URL',
      `is required, because LATCH_HOST (${host}) is reachable from other machines`,
      'Set it to the https address at which users reach latch, such as https://latch.example.com',
    )
  }
  if (settings.database !== null && settings.masterKeys === null) {
    reader.addProblem(
      'LATCH_SECRET_KEY',
      'is required with LATCH_DATABASE_URL: all processes on a database need the same key',
      'Create one with: openssl rand -base64 32',
    )
  }
  if (reader.problems.length > 0) {
    throw new ConfigError(reader.problems, settings.settingWarnings)
  }
  return Object.freeze(settings)
}

const readProviderUrls = (
  reader: ReturnType<typeof createReader>,
  registry: Registry,
): Record<string, string> =>
  Object.fromEntries(
    registry
      .flatMap(({ addresses }) => Object.entries(addresses))
      .map(([name, { variable, fallback }]) => [name, reader.url(variable) ?? fallback]),
  )
