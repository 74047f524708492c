import { createApp, type LatchApp } from '../app.ts'
import { type Background, createAlarm } from '../background.ts'
import type { Config, Settings } from '../config.ts'
import type { Deps } from '../deps.ts'
import { createTokenReads } from '../domain/connections/token-reads.ts'
import { sealEndpointSecrets } from '../domain/endpoints/seal-secrets.ts'
import { callbackUrl } from '../domain/links/addresses.ts'
import { type Listener, listen } from '../http/listen.ts'
import { createStartingHandler } from '../http/pipeline.ts'
import { createLog, type Log } from '../observe/log.ts'
import type { LogLevel } from '../observe/log-level.ts'
import { measuredFetch } from '../observe/measured-fetch.ts'
import { checkDataDir, checkSecretFiles } from '../operator/check-machine.ts'
import type { Fetch } from '../providers/call-provider.ts'
import { createProviders } from '../providers/create-providers.ts'
import type { Registry } from '../providers/definition.ts'
import { limitedFetch } from '../providers/limited-fetch.ts'
import { REGISTRY } from '../providers/registry.ts'
import type { Keyring } from '../secrets/keyring.ts'
import { createRandom } from '../secrets/random.ts'
import { createSealing } from '../secrets/sealing.ts'
import { createStates } from '../secrets/state.ts'
import { openStore } from '../store/store.ts'
import { startBackgroundWork } from './background-work.ts'
import { loadKeys } from './load-keys.ts'
import { startMetricsServer } from './metrics-server.ts'

export type Running = {
  deps: Deps
  keyring: Keyring
  /** The local address, which differs from the public URL behind a proxy. */
  listensAt: string
  /** The address of the metrics listener; null if metrics are disabled. */
  metricsUrl: string | null
  /** The app's routes, with their declarations. */
  routes: LatchApp['routes']
  /** Finishes the requests in flight, then closes the store. */
  stop(): Promise<void>
}

/** The parts of the machine that tests replace. */
export type System = Pick<Deps, 'clock' | 'monotonicMs' | 'sleep'> & {
  fetch: Fetch
  log(level: LogLevel): Log | Promise<Log>
  registry: Registry
  listen: typeof listen
}

const thisMachine: System = {
  clock: Date.now,
  monotonicMs: () => performance.now(),
  sleep: Bun.sleep,
  fetch,
  log: createLog,
  registry: REGISTRY,
  listen,
}

/**
 * Starts the service: the secret key, the store and its migrations, then the listener, then the app,
 * which needs to know its address. Requests get 503 until `open` has run on the new service.
 */
export async function startLatch(
  settings: Settings,
  open: (deps: Deps, keyring: Keyring) => Promise<void>,
  system: System = thisMachine,
): Promise<Running> {
  const random = createRandom()
  const keys = await loadKeys(settings, random)
  const { keyring } = keys
  const { metrics, listener: metricsListener } = await startMetricsServer(settings, keyring)
  const sealing = createSealing(keyring, random)
  const store = await openStore(settings.dataDir, sealing, {
    server: settings.database,
    synchronous: settings.synchronous,
    onCommit: metrics.commit,
  })
  const jobsAlarm = createAlarm()
  let listener: Listener | null = null
  let app: LatchApp | null = null
  let background: Background | null = null
  const stop = async (): Promise<void> => {
    app?.beginShutdown()
    if (app && settings.shutdownDelayMs > 0) await system.sleep(settings.shutdownDelayMs)
    app?.drain()
    await listener?.stop()
    await background?.stop()
    await store.close()
    await metricsListener?.stop()
  }
  try {
    listener = system.listen(settings.host, settings.port, {
      starting: createStartingHandler(random),
    })
    const config: Config = { ...settings, publicUrl: settings.publicUrl ?? listener.url }
    const { monotonicMs } = system
    const log = await system.log(settings.logLevel)
    const measured = { metrics, log, monotonicMs }
    const deps: Deps = {
      config,
      store,
      random,
      tokenReads: createTokenReads(system.clock),
      states: createStates(keyring, callbackUrl(config)),
      providers: await createProviders(
        system.registry,
        config.providerUrls,
        measuredFetch(limitedFetch(system.fetch), config.providerUrls, measured),
        system.clock,
      ),
      log,
      metrics,
      clock: system.clock,
      monotonicMs,
      sleep: system.sleep,
      wakeJobs: jobsAlarm.ring,
    }
    await warnOfSettings(deps)
    await sealEndpointSecrets(deps)
    await open(deps, keyring)
    app = createApp(deps, listener.addressOf, listener.extendTimeout)
    listener.setHandler(app.fetch)
    background = startBackgroundWork(deps, keys, { ...system, jobsAlarm })
    return {
      deps,
      keyring,
      listensAt: listener.url,
      metricsUrl: metricsListener?.url ?? null,
      routes: app.routes,
      stop,
    }
  } catch (error) {
    await stop()
    throw error
  }
}

/** Warns of misspelt settings and of files open to others, for those who never run `latch doctor`. */
async function warnOfSettings({ config, log }: Pick<Deps, 'config' | 'log'>): Promise<void> {
  for (const { name, problem, fix } of config.settingWarnings) {
    log.warn({ remedy: fix }, `${name} ${problem}`)
  }
  const findings = [await checkDataDir(config), ...(await checkSecretFiles(config))]
  for (const { status, message, remedy } of findings) {
    if (status !== 'ok') log.warn({ remedy }, message)
  }
}

/** Resolves at SIGTERM or SIGINT; a second signal ends the process immediately. */
export function waitForStopSignal(): Promise<void> {
  return new Promise((resolve) => {
    let told = false
    const tell = (): void => {
      if (told) process.exit(1)
      told = true
      resolve()
    }
    process.on('SIGTERM', tell)
    process.on('SIGINT', tell)
  })
}
