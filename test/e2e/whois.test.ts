import { expect, test } from 'bun:test'
import { latchBinary } from '../harness/binary.ts'
import { run } from '../harness/process.ts'
import { startService } from '../harness/service.ts'
import { tempDir } from '../harness/temp-dir.ts'

const binary = await latchBinary()
const folder = tempDir()

test('latch whois names the subscriber of a chat user, while latch runs and when it does not', async () => {
  const service = await startService()
  await service.open(await service.consent(await service.link()))
  const [endpoint] = await service.endpoints()
  const whois = async (...args: string[]) => {
    const command = [binary, 'whois', ...args, '--data-dir', service.dataDir]
    const { exitCode, stdout, stderr } = await run(command, { cwd: folder })
    return { exitCode, stdout, stderr }
  }
  const ada = ['slack', 'T0ACME0001', 'U0ADA00001']
  const running = await whois(...ada)
  expect(running).toMatchObject({
    exitCode: 0,
    stdout: expect.stringMatching(
      new RegExp(
        `^subscriber-123  by slack  linked 20\\S+Z  endpoint ${endpoint?.['identifier']}\n$`,
      ),
    ),
  })
  const nobody = await whois('slack', 'T0OTHER', 'U0ADA00001')
  expect([nobody.exitCode, nobody.stdout]).toEqual([
    1,
    'No subscriber is linked to this chat user.\n',
  ])
  const misspelt = await whois('teams', 'T0ACME0001', 'U0ADA00001')
  expect([misspelt.exitCode, misspelt.stderr]).toEqual([
    2,
    'latch: providerId must be one of the following values: slack, msteams\n',
  ])
  await service.stop()
  expect(await whois(...ada)).toEqual(running)
  expect(JSON.parse((await whois(...ada, '--json')).stdout)).toMatchObject({
    status: 'linked',
    subscribers: [{ subscriberId: 'subscriber-123', integration: 'slack', contextKeys: [] }],
  })
})
