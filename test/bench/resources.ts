import { LINK_PATH, SAMPLE_BODY } from '../harness/service.ts'
import { fill, memoryOf, type Service, startService } from './service.ts'
import { FRESH_KEYS, median, postScript, wrk } from './wrk.ts'

export type Resources = {
  /** From the executable on a database that is up to date to the first link, milliseconds. */
  startMs: number
  idleMegabytes: number
  /** What the process held in each quarter of the requests, looked at every 2 seconds: medians. */
  quarters: { requests: number; megabytes: number; ownMegabytes: number }[]
  peakMegabytes: number
  /** The same with a fresh idempotency key for each request. */
  peakWithKeysMegabytes: number
  /** How late the event loop was, milliseconds, by what was asked for. */
  lag: Record<string, { p50: number; p99: number; most: number }>
}

const STARTS = 9
const REQUESTS = 1_000_000

export async function measureResources(folder: string): Promise<Resources> {
  const first = await startService(folder)
  await fill(first)
  await first.stop()
  const { apiKey } = first

  const starts: number[] = []
  for (let run = 0; run < STARTS; run += 1) {
    const startedMs = performance.now()
    const service = await startService(folder, {}, apiKey)
    const { status } = await service.link()
    if (status !== 201) throw new Error(`no link: ${status}`)
    starts.push(performance.now() - startedMs)
    await service.stop()
  }
  return {
    startMs: median(starts),
    ...(await measureMemory(folder, apiKey)),
    lag: await measureLag(folder, apiKey),
  }
}

const scripts = (folder: string, { apiKey }: Pick<Service, 'apiKey'>) => {
  const authorization = `wrk.headers["Authorization"] = "ApiKey ${apiKey}"\n`
  return {
    link: postScript(folder, 'link', SAMPLE_BODY, authorization),
    fresh: postScript(folder, 'fresh', SAMPLE_BODY, authorization + FRESH_KEYS),
  }
}

async function measureMemory(
  folder: string,
  apiKey: string,
): Promise<
  Pick<Resources, 'idleMegabytes' | 'quarters' | 'peakMegabytes' | 'peakWithKeysMegabytes'>
> {
  const { link, fresh } = scripts(folder, { apiKey })
  const service = await startService(folder, {}, apiKey)
  const { pid } = service.process
  const idleMegabytes = memoryOf(pid).now
  const quarters: Resources['quarters'] = []
  let requests = 0
  for (let quarter = 1; quarter <= 4; quarter += 1) {
    // How much of it waits to be collected differs from one moment to the next.
    const moments: ReturnType<typeof memoryOf>[] = []
    while (requests < (REQUESTS / 4) * quarter) {
      requests += (await wrk(service.url + LINK_PATH, link, 2)).requests
      moments.push(memoryOf(pid))
    }
    quarters.push({
      requests,
      megabytes: median(moments.map(({ now }) => now)),
      ownMegabytes: median(moments.map(({ own }) => own)),
    })
  }
  const peakMegabytes = memoryOf(pid).peak
  await wrk(service.url + LINK_PATH, fresh, 10)
  const peakWithKeysMegabytes = memoryOf(pid).peak
  await service.stop()
  return { idleMegabytes, quarters, peakMegabytes, peakWithKeysMegabytes }
}

/** As latch itself tells it, on its listener for Prometheus. */
async function measureLag(folder: string, apiKey: string): Promise<Resources['lag']> {
  const service = await startService(folder, { LATCH_METRICS_ADDRESS: '127.0.0.1:0' }, apiKey)
  const metrics = await service.process.find(/^Metrics: (\S+)$/m)
  const lag: Resources['lag'] = {}
  for (const [name, script] of Object.entries(scripts(folder, service))) {
    // A scrape begins the next measurement.
    await (await fetch(metrics)).text()
    await wrk(service.url + LINK_PATH, script, 4)
    const text = await (await fetch(metrics)).text()
    const of = (quantile: string): number => {
      const pattern = new RegExp(
        `^latch_event_loop_lag_seconds{quantile="${quantile}"} (\\S+)`,
        'm',
      )
      return Number(pattern.exec(text)?.[1]) * 1000
    }
    lag[name] = { p50: of('0.5'), p99: of('0.99'), most: of('1') }
  }
  await service.stop()
  return lag
}
