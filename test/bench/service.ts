import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { ACME } from '../../src/providers/slack/stand-in/directory.ts'
import { latchBinary } from '../harness/binary.ts'
import { firstApiKey, type Started, start } from '../harness/process.ts'
import { SANDBOX } from '../harness/sandbox.ts'
import { LINK_PATH, SAMPLE_BODY } from '../harness/service.ts'

/** `latch serve`, the real executable, with limits on and out of the way. */
export type Service = {
  url: string
  apiKey: string
  process: Started
  post(path: string, body: unknown, headers?: Record<string, string>): Promise<Response>
  link(headers?: Record<string, string>): Promise<Response>
  stop(): Promise<void>
}

const ENVIRONMENT = {
  LATCH_PORT: '0',
  LATCH_LOG_LEVEL: 'silent',
  LATCH_RATE_LIMIT_GLOBAL: '1000000',
  LATCH_RATE_LIMIT_CONFIGURATION: '1000000',
}

/** Starts it in `folder`; on data that is there already, it needs the key that was given out then. */
export async function startService(
  folder: string,
  environment: Record<string, string> = {},
  knownApiKey?: string,
): Promise<Service> {
  const command = [await latchBinary(), 'serve', '--data-dir', join(folder, 'data')]
  const process = await start(command, { cwd: folder, env: { ...ENVIRONMENT, ...environment } })
  const url = /at (\S+)$/.exec(process.firstLine)?.[1] ?? ''
  const apiKey = knownApiKey ?? (await firstApiKey(process))
  const post: Service['post'] = (path, body, headers) =>
    fetch(url + path, {
      method: 'POST',
      headers: {
        authorization: `ApiKey ${apiKey}`,
        'content-type': 'application/json',
        ...headers,
      },
      body: JSON.stringify(body),
    })
  return {
    url,
    apiKey,
    process,
    post,
    link: (headers) => post(LINK_PATH, SAMPLE_BODY, headers),
    stop: async () => {
      process.signal('SIGTERM')
      await process.finished
    },
  }
}

/** What the sample of a link names: an app, a subscriber, a connection. */
export async function fill({ post }: Service): Promise<void> {
  const { subscriberId, integrationIdentifier, connectionIdentifier, clientId } = SANDBOX
  const steps: [string, unknown][] = [
    [
      '/v1/integrations',
      {
        providerId: 'slack',
        channel: 'chat',
        identifier: integrationIdentifier,
        active: true,
        credentials: { clientId, secretKey: SANDBOX.clientSecret },
      },
    ],
    ['/v2/subscribers', { subscriberId }],
    [
      '/v1/channel-connections',
      {
        integrationIdentifier,
        identifier: connectionIdentifier,
        subscriberId,
        workspace: ACME,
        auth: { accessToken: 'xoxb-1' },
      },
    ],
  ]
  for (const [path, body] of steps) {
    const answer = await post(path, body)
    if (answer.status !== 201) throw new Error(`${path}: ${answer.status} ${await answer.text()}`)
  }
}

/** Of a process, in megabytes: the most it held, what it holds, and what of that is its alone. */
export function memoryOf(pid: number): { peak: number; now: number; own: number } {
  const text = readFileSync(`/proc/${pid}/status`, 'utf8')
  const of = (name: string): number =>
    Math.round(Number(new RegExp(`${name}:\\s+(\\d+)`).exec(text)?.[1]) / 1024)
  return { peak: of('VmHWM'), now: of('VmRSS'), own: of('RssAnon') }
}
