import { join } from 'node:path'
import { CALLBACK_PATH } from '../../src/domain/links/addresses.ts'
import { start } from '../harness/process.ts'
import { LINK_PATH, SAMPLE_BODY } from '../harness/service.ts'
import { consentedLinks, openEachOnce } from './callbacks.ts'
import { type Case, type Measured, measureCases } from './rounds.ts'
import { fill, startService } from './service.ts'
import { FRESH_KEYS, type Load, postScript, wrk } from './wrk.ts'

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
  const cases: Case[] = [
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

  const measured = await measureCases(['(a) bare handler', measureBare], cases, rounds)
  await service.stop()
  for (const one of [bare, slack, slackOAuth, betterAuth]) one.signal('SIGTERM')
  return measured
}
