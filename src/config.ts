import { readFileSync } from 'node:fs'
import { type LogLevel, logLevels } from './observe/log-level.ts'

/** What the operator has set. `publicUrl` is null where it follows from the address listened on. */
export type Settings = Readonly<{
  host: string
  port: number
  publicUrl: string | null
  dataDir: string
  /** The master key, null where the data directory's own is to be used. */
  secretKey: Uint8Array | null
  slackUrl: string
  entraUrl: string
  graphUrl: string
  maxBodyBytes: number
  responseEnvelope: 'none' | 'data'
  autoCreateSubscribers: boolean
  /** Requests a second, 0 for no limit. */
  rateLimits: Readonly<{ global: number; configuration: number; trigger: number }>
  logLevel: LogLevel
  /** How long everything is still answered after the signal to stop, while readiness fails. */
  shutdownDelayMs: number
}>

/** The settings of a running latch, whose public address is known. */
export type Config = Readonly<Settings & { publicUrl: string }>

export type Environment = Readonly<Record<string, string | undefined>>

/** Command-line flags, which win over the environment. */
export type Flags = Readonly<Partial<Record<'host' | 'port' | 'publicUrl' | 'dataDir', string>>>

export type ConfigProblem = { name: string; problem: string; fix: string }

/** Every mistake in the configuration, at once. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError'
  constructor(readonly problems: readonly ConfigProblem[]) {
    super(problems.map(({ name, problem, fix }) => `${name}: ${problem}. ${fix}.`).join('\n'))
  }
}

const RATES = { from: 0, to: 1_000_000 }

const LOOPBACK = /^(localhost|127(\.\d{1,3}){3}|\[?::1\]?)$/

export const isLoopback = (host: string): boolean => LOOPBACK.test(host)

/** Reads `LATCH_*` and flags. Throws one `ConfigError` with every problem found. */
export function readConfig(
  environment: Environment,
  flags: Flags,
  defaults: { dataDir: string },
): Settings {
  const reader = createReader(environment)
  const host = flags.host ?? reader.text('LATCH_HOST', '127.0.0.1')
  const settings: Settings = {
    host,
    port: reader.integer('LATCH_PORT', 4400, { from: 0, to: 65_535 }, flags.port),
    publicUrl: reader.url('LATCH_PUBLIC_URL', flags.publicUrl),
    dataDir: flags.dataDir ?? reader.text('LATCH_DATA_DIR', defaults.dataDir),
    secretKey: reader.secretKey('LATCH_SECRET_KEY'),
    slackUrl: reader.url('LATCH_SLACK_URL') ?? 'https://slack.com',
    entraUrl: reader.url('LATCH_ENTRA_URL') ?? 'https://login.microsoftonline.com',
    graphUrl: reader.url('LATCH_GRAPH_URL') ?? 'https://graph.microsoft.com',
    maxBodyBytes: reader.integer('LATCH_MAX_BODY_BYTES', 102_400, { from: 1024, to: 10_485_760 }),
    responseEnvelope: reader.oneOf('LATCH_RESPONSE_ENVELOPE', ['none', 'data'], 'none'),
    autoCreateSubscribers:
      reader.oneOf('LATCH_AUTO_CREATE_SUBSCRIBERS', ['true', 'false'], 'false') === 'true',
    rateLimits: Object.freeze({
      global: reader.integer('LATCH_RATE_LIMIT_GLOBAL', 100, RATES),
      configuration: reader.integer('LATCH_RATE_LIMIT_CONFIGURATION', 100, RATES),
      trigger: reader.integer('LATCH_RATE_LIMIT_TRIGGER', 100, RATES),
    }),
    shutdownDelayMs: reader.integer('LATCH_SHUTDOWN_DELAY_MS', 0, { from: 0, to: 60_000 }),
    logLevel: reader.oneOf('LATCH_LOG_LEVEL', logLevels, 'info'),
  }
  if (settings.publicUrl === null && !isLoopback(host)) {
    reader.complain(
      'LATCH_PUBLIC_URL',
      `is needed when LATCH_HOST (${host}) is not this machine alone`,
      'Set it to the https address at which users reach latch, such as https://latch.example.com',
    )
  }
  if (reader.problems.length > 0) throw new ConfigError(reader.problems)
  return Object.freeze(settings)
}

function createReader(environment: Environment) {
  const problems: ConfigProblem[] = []
  const complain = (name: string, problem: string, fix: string): void => {
    problems.push({ name, problem, fix })
  }
  // An empty value counts as none, as it is what a template leaves behind.
  const get = (name: string): string | undefined => environment[name] || undefined

  return {
    problems,
    complain,
    text: (name: string, fallback: string): string => get(name) ?? fallback,

    integer(name: string, fallback: number, range: { from: number; to: number }, flag?: string) {
      const text = flag ?? get(name)
      if (text === undefined) return fallback
      const value = /^\d{1,10}$/.test(text) ? Number(text) : Number.NaN
      if (value >= range.from && value <= range.to) return value
      complain(
        name,
        `"${text}" is not a whole number from ${range.from} to ${range.to}`,
        `Leave it out for ${fallback}`,
      )
      return fallback
    },

    oneOf<Choice extends string>(
      name: string,
      choices: readonly Choice[],
      fallback: NoInfer<Choice>,
    ): Choice {
      const text = get(name)
      if (text === undefined) return fallback
      const choice = choices.find((candidate) => candidate === text)
      if (choice !== undefined) return choice
      complain(
        name,
        `"${text}" is not one of ${choices.join(', ')}`,
        `Leave it out for ${fallback}`,
      )
      return fallback
    },

    url(name: string, flag?: string): string | null {
      const text = flag ?? get(name)
      if (text === undefined) return null
      const url = URL.parse(text)
      const problem = url === null ? 'is not a URL' : problemOfBaseUrl(url)
      // As it is read, not as it was typed: a space or a lone `?` at the end would go into every
      // redirect_uri.
      if (url !== null && problem === null) return (url.origin + url.pathname).replace(/\/+$/, '')
      complain(name, `"${text}" ${problem}`, 'Give an address such as https://latch.example.com')
      return null
    },

    secretKey(name: string): Uint8Array | null {
      const file = get(`${name}_FILE`)
      const direct = get(name)
      if (file !== undefined && direct !== undefined) {
        complain(name, `and ${name}_FILE are both set`, 'Keep one of them')
        return null
      }
      const text = file === undefined ? direct : readSecretFile(file)
      if (text === undefined) return null
      const key = text === null ? null : parseSecretKey(text)
      if (key === null) {
        const which = file === undefined ? name : `${name}_FILE`
        const problem =
          text === null ? `cannot read ${file}` : 'is not 32 bytes in base64 or hexadecimal'
        complain(which, problem, 'Make a key with: openssl rand -base64 32')
      }
      return key
    },
  } satisfies Record<string, unknown>
}

function problemOfBaseUrl(url: URL): string | null {
  if (url.search || url.hash || url.username || url.password) {
    return 'must be an address alone, with no query, fragment or user'
  }
  if (url.protocol === 'https:') return null
  if (url.protocol === 'http:' && isLoopback(url.hostname)) return null
  return 'must begin with https:// (http:// is for this machine alone)'
}

function readSecretFile(file: string): string | null {
  try {
    return readFileSync(file, 'utf8').trim()
  } catch {
    return null
  }
}

/** 32 bytes, in base64 (either alphabet) or hexadecimal; null for anything else. */
export function parseSecretKey(text: string): Uint8Array | null {
  const encoding = /^[0-9a-fA-F]{64}$/.test(text) ? 'hex' : 'base64'
  if (encoding === 'base64' && !/^[A-Za-z0-9+/_-]{43}=?$/.test(text)) return null
  const bytes = new Uint8Array(Buffer.from(text, encoding))
  return bytes.length === 32 ? bytes : null
}
