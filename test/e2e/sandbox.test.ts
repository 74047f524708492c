import { describe, expect, test } from 'bun:test'
import { latchAlone } from '../harness/binary.ts'
import { run, start } from '../harness/process.ts'

const { folder, latch } = await latchAlone()

type Facts = {
  url: string
  apiKey: string
  callbackUrl: string
  slackUrl: string
  subscriberId: string
  connectionIdentifier: string
  integrations: { slack: string; msteams: string }
}

const ask = (facts: Facts, path: string, body?: unknown): Promise<Response> =>
  fetch(facts.url + path, {
    method: body === undefined ? 'GET' : 'POST',
    headers: { authorization: `ApiKey ${facts.apiKey}`, 'content-type': 'application/json' },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  })

async function closeTheLoop(facts: Facts): Promise<unknown> {
  const link = await ask(facts, '/v1/integrations/channel-endpoints/oauth', {
    subscriberId: facts.subscriberId,
    integrationIdentifier: facts.integrations.slack,
    connectionIdentifier: facts.connectionIdentifier,
  })
  const { url } = (await link.json()) as { url: string }
  const form = new URLSearchParams(new URL(url).search)
  form.set('user', 'U0ADA00001')
  form.set('decision', 'allow')
  const [authorize = ''] = url.split('?')
  await fetch(authorize, { method: 'POST', body: form })
  const list = await ask(facts, `/v1/channel-endpoints?subscriberId=${facts.subscriberId}`)
  return list.json()
}

describe('latch sandbox', () => {
  test('links a user, and keeps its data over a restart', async () => {
    const args = [latch, 'sandbox', '--json', '--port', '0', '--data-dir', 'box']
    const first = await start(args, { cwd: folder })
    const facts = JSON.parse(first.firstLine) as Facts
    expect(Object.keys(facts)).toEqual([
      'url',
      'apiKey',
      'callbackUrl',
      'slackUrl',
      'entraUrl',
      'integrations',
      'subscriberId',
      'connectionIdentifier',
    ])
    expect(facts).toMatchObject({
      entraUrl: expect.stringMatching(/^http:/),
      integrations: { slack: 'slack', msteams: 'msteams' },
      subscriberId: 'subscriber-123',
      connectionIdentifier: 'slack-connection-abc123',
    })
    for (const file of ['swagger-ui.js', 'swagger-ui.css', 'start.js']) {
      const answer = await fetch(`${facts.url}/openapi/${file}`)
      expect([file, answer.status]).toEqual([file, 200])
      expect((await answer.text()).length).toBeGreaterThan(100)
    }
    const hostile = await ask(facts, '/v1/integrations/channel-endpoints/oauth', {
      subscriberId: { toString: null },
    })
    expect(hostile.status).toBe(422)
    const linked = await closeTheLoop(facts)
    expect(linked).toMatchObject({
      data: [{ type: 'slack_user', endpoint: { userId: 'U0ADA00001' } }],
    })
    first.signal('SIGTERM')
    expect((await first.finished).exitCode).toBe(0)

    const second = await start(args, { cwd: folder })
    const again = JSON.parse(second.firstLine) as Facts
    expect(again.apiKey).toBe(facts.apiKey)
    const kept = await ask(again, `/v1/channel-endpoints?subscriberId=${facts.subscriberId}`)
    expect(await kept.json()).toEqual(linked)

    const third = await run(args, { cwd: folder })
    expect(third.exitCode).toBe(1)
    expect(third.stderr).toContain('Another latch process is using the data directory')
    second.signal('SIGINT')
    expect((await second.finished).exitCode).toBe(0)
  })

  test('shows the API key of a sandbox once on a terminal', async () => {
    const args = [latch, 'sandbox', '--port', '0', '--data-dir', 'shown']
    const outputs: string[] = []
    for (const _ of [1, 2]) {
      const started = await start(args, { cwd: folder })
      started.signal('SIGTERM')
      outputs.push((await started.finished).stdout)
    }
    expect(outputs[0]).toMatch(/API key\s+latch_\S+/)
    expect(outputs[1]).not.toMatch(/API key\s+latch_\S+/)
    for (const output of outputs) expect(output).toContain('curl -s http://127.0.0.1:')
  })
})
