import { join } from 'node:path'
import { CALLBACK_PATH } from '../../src/domain/links/addresses.ts'
import { start } from '../harness/process.ts'
import { LINK_PATH, SAMPLE_BODY } from '../harness/service.ts'
import { consentedLinks, openEachOnce } from './callbacks.ts'
import { fill, startService } from './service.ts'
import { FRESH_KEYS, type Load, median, postScript, wrk } from './wrk.ts'

/** Of one case, the medians of its rounds; `failed`: of all of them together. */
export type Measured = {
  name: string
  requestsPerSecond: number
  /** Of the bare handler just before and just after. */
  ratio: number
  ratioRange: { least: number; most: number }
  p99Ms: number
  failed: number
}

type Round = Load & { ratio: number }

/** Callbacks a round; each needs a link of its own. */
const CALLBACKS = 1500

/**
 * latch and two libraries by wrk, each for a second between two seconds of a bare handler: the speed
 * of these machines changes twofold within seconds, so one ratio is worth little, even of neighbours,
 * and the median of 20 about a twentieth.
 */
export async function measureLoads(folder: string, rounds: number): Promise<Measured[]> {
  const peer = (name: string): string => join(import.meta.dir, 'peers', name)
  const bare = await start([process.execPath, peer('bare.ts')], { cwd: folder })
  const slack = await start([process.execPath, peer('slack.ts')], { cwd: folder })
  const slackOAuth = await start(['node', peer('slack-oauth.mjs')], { cwd: folder })
  const betterAuth = await start(
    [process.execPath, peer('better-auth.ts'), join(folder, 'peer.db')],
    { cwd: folder },
  )
  const service = await startService(folder, { LATCH_SLACK_URL: slack.firstLine })
  slack.say(service.url + CALLBACK_PATH)
  await fill(service)

  const link = service.url + LINK_PATH
  const authorization = `wrk.headers["Authorization"] = "ApiKey ${service.apiKey}"\n`
  const script = (name: string, more = ''): string => postScript(folder, name, SAMPLE_BODY, more)
  const [betterAuthUrl = '', cookie = ''] = betterAuth.firstLine.split(' ')
  const signIn = { provider: 'slack', callbackURL: '/done', disableRedirect: true }
  const signInScript = postScript(
    folder,
    'better-auth',
    signIn,
    `wrk.headers["Cookie"] = "${cookie}"`,
  )
  const measureBare = (): Promise<Load> => wrk(bare.firstLine, script('bare'))
  const cases: [string, () => Promise<Load>][] = [
    ['(b) link', () => wrk(link, script('link', authorization))],
    [
      '(c) link, a fresh idempotency key each',
      () => wrk(link, script('fresh', authorization + FRESH_KEYS)),
    ],
    [
      '(d) replays of one key',
      async () => {
        // Many who use a key for the first time at once are told to wait, which is not measured.
        await service.link({ 'idempotency-key': 'replayed' })
        const key = 'wrk.headers["Idempotency-Key"] = "replayed"'
        return wrk(link, script('replay', authorization + key))
      },
    ],
    [
      '(e) callback',
      async () => {
        const addresses = await consentedLinks(service, CALLBACKS)
        return wrk(service.url, openEachOnce(join(folder, 'callback.lua'), addresses))
      },
    ],
    ['(g) @slack/oauth on Node', () => wrk(slackOAuth.firstLine, script('slack'))],
    [
      '(g) better-auth link-social',
      () => wrk(`${betterAuthUrl}/api/auth/link-social`, signInScript),
    ],
  ]
  await wrk(link, script('warm-up', authorization), 3)

  const bareRounds: Round[] = [{ ...(await measureBare()), ratio: 1 }]
  const loads = cases.map(([name]) => ({ name, rounds: [] as Round[] }))
  for (let round = 0; round < rounds; round += 1) {
    for (const [index, [, run]] of cases.entries()) {
      const before = bareRounds.at(-1)?.requestsPerSecond ?? Number.NaN
      const load = await run()
      const after = await measureBare()
      const ratio = (2 * load.requestsPerSecond) / (before + after.requestsPerSecond)
      loads[index]?.rounds.push({ ...load, ratio })
      bareRounds.push({ ...after, ratio: 1 })
    }
  }
  await service.stop()
  for (const one of [bare, slack, slackOAuth, betterAuth]) one.signal('SIGTERM')
  return [
    summarize('(a) bare handler', bareRounds),
    ...loads.map(({ name, rounds: all }) => summarize(name, all)),
  ]
}

function summarize(name: string, rounds: readonly Round[]): Measured {
  const ratios = rounds.map(({ ratio }) => ratio)
  return {
    name,
    requestsPerSecond: Math.round(median(rounds.map((load) => load.requestsPerSecond))),
    ratio: median(ratios),
    ratioRange: { least: Math.min(...ratios), most: Math.max(...ratios) },
    p99Ms: median(rounds.map(({ p99Ms }) => p99Ms)),
    failed: rounds.reduce((sum, { failed }) => sum + failed, 0),
  }
}
