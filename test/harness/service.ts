import { join } from 'node:path'
import { startLatch } from '../../src/commands/start.ts'
import { readConfig } from '../../src/config.ts'
import type { Deps } from '../../src/deps.ts'
import { CALLBACK_PATH } from '../../src/domain/links/addresses.ts'
import { type DeclaredRoute, declaredRoutes } from '../../src/http/declares.ts'
import { listen } from '../../src/http/listen.ts'
import type { Log, LogFields } from '../../src/observe/log.ts'
import type { Registry } from '../../src/providers/definition.ts'
import { REGISTRY } from '../../src/providers/registry.ts'
import { seedSandbox } from '../../src/sandbox/seed.ts'
import { createStandIn, loadStandIns, standInAddresses } from '../../src/sandbox/stand-ins.ts'
import { createApiKey, digestApiKey } from '../../src/secrets/api-key.ts'
import { createRandom } from '../../src/secrets/random.ts'
import type { NewApiKey } from '../../src/store/environments/api-keys.ts'
import { type Answer, API_KEY, type CallApi, createApi, readAnswer } from './call-api.ts'
import { confirmAsUser } from './confirming.ts'
import { type AnswerCheck, checked, checksItself, createAnswerCheck } from './declared-responses.ts'
import { startHranaServer } from './hrana-server.ts'
import { SANDBOX } from './sandbox.ts'
import { createSecretWatch } from './secret-watch.ts'
import { tempDir } from './temp-dir.ts'
import { watchEvents } from './watched-events.ts'

/** A stand-in, and what it was asked. */
export type TestStandIn = {
  url: string
  /** What it was asked, oldest first: method and path. */
  requests: string[]
  /** Its next answers, in place of its own. */
  answers: ((request: Request) => Response | Promise<Response>)[]
}

export { type Answer, API_KEY }

export type TestService = {
  url: string
  /** The stand-in of a provider, by the provider's id. */
  standIn(providerId: string): TestStandIn
  slackUrl: string
  deps: Deps
  /** Every operation that it has, as it is declared. */
  operations: readonly DeclaredRoute[]
  dataDir: string
  /** The database's own file, whoever has it open. */
  databaseFile: string
  /** Its own address, which `LATCH_PUBLIC_URL` is not. */
  listensAt: string
  /** Where metrics are told; null: nowhere. */
  metricsUrl: string | null
  /** What was logged, at any level, oldest first. */
  logged: { level: 'debug' | 'info' | 'warn' | 'error'; fields: LogFields; message: string }[]
  /** Another key of the environment. */
  addKey(changes: Partial<NewApiKey> & { apiKey?: string }): Promise<string>
  /** Moves the service's clock, and the stand-in's. */
  advance(ms: number): void
  /** What the stand-in for Slack was asked, oldest first. */
  slackRequests: string[]
  /** The next answers of the stand-in, in place of its own. */
  slackAnswers: TestStandIn['answers']
  entraUrl: string
  /** What the stand-in for Entra and Graph was asked, oldest first. */
  entraRequests: string[]
  /** Tells the stand-in of that address to get something wrong, once. */
  fault(at: string, fault: string, delayMs?: number): Promise<void>
  /** Calls the API with the environment's key. */
  api: CallApi
  /** Asks for a link as the contract's sample does; `changes` are laid over its body. */
  link(changes?: Record<string, unknown>): Promise<URL>
  /** Consents at the stand-in, and answers the address that the browser is sent to. */
  consent(link: URL, choice?: { user?: string; decision?: 'allow' | 'deny' }): Promise<string>
  /** Opens an address as a browser does. */
  open(address: string, headers?: Record<string, string>): Promise<Answer>
  /** Opens a callback as a browser does, and agrees to whatever latch asks then. */
  finish(callback: string, headers?: Record<string, string>): Promise<Answer>
  /** The endpoints that are stored. */
  endpoints(query?: string): Promise<Record<string, unknown>[]>
  stop(): Promise<void>
}

/** The whole service on real sockets and a real database in a temp directory, its clock in hand. */
export async function startService(
  environment: Record<string, string> = {},
  dataDir: string = tempDir(),
  registry: Registry = REGISTRY,
): Promise<TestService> {
  let offsetMs = 0
  const clock = (): number => Date.now() + offsetMs
  const logged: TestService['logged'] = []
  const watch = createSecretWatch()
  const write =
    (level: TestService['logged'][number]['level']) =>
    (fields: LogFields, message: string): void => {
      logged.push({ level, fields, message })
      const { error } = fields
      const stack = stackOf(error)
      watch.check(JSON.stringify({ ...fields, message, error: String(error), stack }))
    }
  const log: Log = {
    debug: write('debug'),
    info: write('info'),
    warn: write('warn'),
    error: write('error'),
    isDebugging: () => true,
    setLevel: () => {},
  }
  const listeners = registry.map(() => listen('127.0.0.1', 0))
  const placed = await loadStandIns(registry, (position) => listeners[position]?.url ?? '')
  const providerUrls = standInAddresses(placed)
  // The same tests against a libSQL server, which another service may share.
  const isRemote = process.env['LATCH_TEST_DATABASE'] === 'remote'
  const remote =
    isRemote && environment['LATCH_DATABASE_URL'] === undefined
      ? startHranaServer(join(dataDir, 'server.db'), 'sesame')
      : null
  const settings = readConfig(
    {
      LATCH_PORT: '0',
      LATCH_LOG_LEVEL: 'silent',
      LATCH_USER_VERIFICATION: 'none',
      ...Object.fromEntries(
        registry
          .flatMap(({ addresses }) => Object.entries(addresses))
          .map(([name, { variable }]) => [variable, providerUrls[name] ?? '']),
      ),
      ...NO_LIMITS,
      ...(remote && {
        LATCH_DATABASE_URL: remote.url,
        LATCH_DATABASE_AUTH_TOKEN: 'sesame',
        LATCH_SECRET_KEY: 'ab'.repeat(32),
      }),
      ...environment,
    },
    {},
    { dataDir, registry },
  )
  let check: AnswerCheck | null = null
  const { deps, routes, listensAt, metricsUrl, stop } = await startLatch(
    settings,
    async (opened) => {
      await seedSandbox(opened, API_KEY, placed)
    },
    {
      clock,
      monotonicMs: () => performance.now() + offsetMs,
      sleep: Bun.sleep,
      fetch,
      log: () => log,
      registry,
      listen: (...where) => {
        const listener = listen(...where)
        return {
          ...listener,
          setHandler: (answer) => listener.setHandler(checked(answer, () => check)),
        }
      },
    },
  )
  check = createAnswerCheck(routes, deps.config)
  checksItself(listensAt)
  const standIns = new Map<string, TestStandIn>()
  for (const [position, one] of placed.entries()) {
    const { fetch: answer } = createStandIn(one, {
      redirectUri: deps.config.publicUrl + CALLBACK_PATH,
      clock,
      sleep: Bun.sleep,
      randomId: createRandom().alphanumeric,
    })
    const seen: TestStandIn = { url: one.url, requests: [], answers: [] }
    standIns.set(one.provider.id, seen)
    listeners[position]?.setHandler(async (request) => {
      seen.requests.push(`${request.method} ${new URL(request.url).pathname}`)
      return (await seen.answers.shift()?.(request)) ?? answer(request)
    })
  }
  const standIn: TestService['standIn'] = (providerId) => {
    const found = standIns.get(providerId)
    if (found === undefined) throw new Error(`no stand-in of ${providerId}`)
    return found
  }
  const none: TestStandIn = { url: '', requests: [], answers: [] }
  const slack = standIns.get('slack') ?? none
  const entra = standIns.get('msteams') ?? none

  const url = deps.config.publicUrl
  const api = createApi(url, fetch)

  const open: TestService['open'] = async (address, headers = { accept: 'text/html' }) =>
    readAnswer(await fetch(address, { headers, redirect: 'manual' }))

  let stopped = false
  const service: TestService = {
    url,
    slackUrl: slack.url,
    deps,
    operations: declaredRoutes(routes),
    dataDir,
    databaseFile: join(dataDir, remote === null ? 'latch.db' : 'server.db'),
    listensAt,
    metricsUrl,
    logged,
    addKey: async ({ apiKey = createApiKey(deps.random), ...changes }) => {
      const environment = await deps.store.environments.first()
      const nowMs = clock()
      await deps.store.commit([
        deps.store.apiKeys.insert({
          id: deps.random.recordId(nowMs),
          environmentId: String(environment?.id),
          name: 'test',
          digest: digestApiKey(apiKey),
          createdAtMs: nowMs,
          ...changes,
        }),
      ])
      return apiKey
    },
    standIn,
    slackRequests: slack.requests,
    slackAnswers: slack.answers,
    entraUrl: entra.url,
    entraRequests: entra.requests,
    fault: async (at, fault, delayMs) => {
      const address = providerUrls[at]
      const body = JSON.stringify({ fault, ...(delayMs !== undefined && { delayMs }) })
      const { status } = await fetch(`${address}/sandbox/faults`, { method: 'POST', body })
      if (status !== 200) throw new Error(`no such fault: ${fault}`)
    },
    api,
    advance: (ms) => {
      offsetMs += ms
    },
    link: async (changes = {}) => {
      const { status, body, text } = await api('POST', LINK_PATH, { ...SAMPLE_BODY, ...changes })
      if (status !== 201) throw new Error(`no link: ${status} ${text}`)
      watch.saw((body as { url: string }).url)
      return new URL((body as { url: string }).url)
    },
    consent: async (link, { user = 'U0ADA00001', decision = 'allow' } = {}) => {
      const form = new URLSearchParams(link.search)
      form.set('user', user)
      form.set('decision', decision)
      const response = await fetch(link.origin + link.pathname, {
        method: 'POST',
        body: form,
        redirect: 'manual',
      })
      const location = response.headers.get('location')
      if (location === null) throw new Error(`no redirect: ${await response.text()}`)
      watch.saw(location)
      return location
    },
    open,
    finish: async (callback, headers) => confirmAsUser(service, await open(callback, headers)),
    endpoints: async (query = `subscriberId=${SANDBOX.subscriberId}`) => {
      const { body } = await api('GET', `/v1/channel-endpoints?${query}`)
      return (body as { data: Record<string, unknown>[] }).data
    },
    stop: async () => {
      if (stopped) return
      stopped = true
      await watchEvents(deps, watch.check)
      await Promise.all([stop(), ...listeners.map((listener) => listener.stop())])
      await remote?.stop()
    },
  }
  return service
}

const stackOf = (error: unknown): string => (error instanceof Error ? String(error.stack) : '')

/** The limits on, and out of the way. */
export const WITH_LIMITS = {
  LATCH_RATE_LIMIT_GLOBAL: '100000',
  LATCH_RATE_LIMIT_CONFIGURATION: '100000',
}

/** Tests ask faster than any backend; those of the limits set their own. */
const NO_LIMITS = { LATCH_RATE_LIMIT_GLOBAL: '0', LATCH_RATE_LIMIT_CONFIGURATION: '0' }

export const LINK_PATH = '/v1/integrations/channel-endpoints/oauth'

export const SAMPLE_BODY = {
  subscriberId: SANDBOX.subscriberId,
  integrationIdentifier: SANDBOX.integrationIdentifier,
  connectionIdentifier: SANDBOX.connectionIdentifier,
}
