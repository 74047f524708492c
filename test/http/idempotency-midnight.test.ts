import { expect, test } from 'bun:test'
import { LINK_PATH, SAMPLE_BODY, startService } from '../harness/service.ts'
import { tempDir } from '../harness/temp-dir.ts'

const DAY_MS = 24 * 60 * 60_000

// docs/decisions/0014-secrets.md: records have another key every day.
test('responses are replayed after midnight and a restart, and forgotten after a day', async () => {
  const dataDir = tempDir()
  let service = await startService({}, dataDir)
  const now = (): number => service.deps.clock()
  const midnightMs = Math.ceil(now() / DAY_MS) * DAY_MS
  const ask = (key: string, path: string, body: object) =>
    service.api('POST', path, body, { 'idempotency-key': key })
  const create = (key: string, name = 'App') =>
    ask(key, '/v1/integrations', { providerId: 'slack', channel: 'chat', name })
  const link = (key: string) => ask(key, LINK_PATH, SAMPLE_BODY)
  const waitUntil = (ms: number): void => service.advance(ms - now())

  waitUntil(midnightMs - 2000)
  const late = [await create('late'), await link('late')]
  waitUntil(midnightMs + 1000)
  const early = [await create('early'), await link('early')]
  for (const { status } of [...late, ...early]) expect(status).toBe(201)
  const expectReplays = async (): Promise<void> => {
    const again = [await create('late'), await link('late'), await create('early')]
    expect(again.map(({ text }) => text)).toEqual(
      [...late, ...early].slice(0, 3).map((a) => a.text),
    )
    for (const { headers } of again) expect(headers.get('idempotency-replay')).toBe('true')
  }
  await expectReplays()
  await service.stop()

  service = await startService({}, dataDir)
  waitUntil(midnightMs + 2000)
  await expectReplays()
  expect((await create('late', 'Other')).status).toBe(422)
  waitUntil(midnightMs + DAY_MS)
  expect((await create('late', 'Other')).status).toBe(201)
  expect((await create('early', 'Other')).status).toBe(422)
  await service.stop()
})
