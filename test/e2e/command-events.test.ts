import { afterAll, expect, test } from 'bun:test'
import { endOf, listEvents } from '../api/events/events.ts'
import { latchBinary } from '../harness/binary.ts'
import { run } from '../harness/process.ts'
import { startService } from '../harness/service.ts'
import { tempDir } from '../harness/temp-dir.ts'

const binary = await latchBinary()
const service = await startService()
afterAll(() => service.stop())

test('keys and environments are told of by the command that made or revoked them', async () => {
  const latch = async (...args: string[]) => {
    const { stdout } = await run([binary, ...args, '--json', '--data-dir', service.dataDir], {
      cwd: tempDir(),
    })
    return JSON.parse(stdout) as { id: string; kid: string }
  }
  const next = await endOf(service)
  const { id } = await latch('keys', 'create', '--name', 'ci', '--permission', 'links')
  await latch('keys', 'revoke', id)
  await latch('keys', 'revoke', id)
  const { kid } = await latch('rotate-key')
  const about = { subject: `api_key:${id}`, data: { name: 'ci', permission: 'links' } }
  expect((await listEvents(service, `after=${next}`)).data).toMatchObject([
    { ...about, type: 'api_key.created', actor: 'command:keys.create' },
    { ...about, type: 'api_key.revoked', actor: 'command:keys.revoke' },
    {
      type: 'secret_key.rotated',
      actor: 'command:secret-key.rotate',
      subject: `secret_key:${kid}`,
    },
  ])
  const made = await latch('environments', 'create', 'Staging')
  const { events } = service.deps.store
  expect(await events.page({ environmentId: made.id, afterId: 0 }, 9)).toMatchObject([
    { type: 'environment.created', subject: `environment:${made.id}`, data: { name: 'Staging' } },
  ])
  expect((await events.verify()).problems).toEqual([])
}, 60_000)
