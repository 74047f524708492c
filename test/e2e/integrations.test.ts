import { describe, expect, test } from 'bun:test'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { latchBinary } from '../harness/binary.ts'
import { run } from '../harness/process.ts'
import { SANDBOX } from '../harness/sandbox.ts'
import { startService } from '../harness/service.ts'
import { tempDir } from '../harness/temp-dir.ts'

const binary = await latchBinary()
const latch = (args: string[]) => run([binary, ...args], { cwd: tempDir() })

describe('latch integrations', () => {
  test('creates one that links work with, from a secret that is on no command line', async () => {
    const service = await startService()
    const secret = join(tempDir(), 'secret')
    writeFileSync(secret, SANDBOX.clientSecret)
    const data = ['--data-dir', service.dataDir, '--json']
    const app = ['--client-id', SANDBOX.clientId, '--client-secret-file', secret]
    const names = ['--identifier', 'mine', '--name', 'YourApp']
    const create = ['integrations', 'create', 'slack', ...names, ...app, ...data]
    const made = await latch(create)
    expect([made.exitCode, JSON.parse(made.stdout)]).toMatchObject([
      0,
      { identifier: 'mine', providerId: 'slack', active: true },
    ])
    expect((await service.api('GET', '/v1/integrations')).text).toContain('"name":"YourApp"')
    const link = await service.link({
      integrationIdentifier: 'mine',
      connectionIdentifier: undefined,
    })
    expect((await service.open(await service.consent(link))).status).toBe(200)
    const listed = await latch(['integrations', 'list', ...data])
    expect(JSON.parse(listed.stdout)).toHaveLength(3)
    expect(listed.stdout).not.toContain(SANDBOX.clientSecret)

    const again = await latch(create)
    expect([again.exitCode, again.stderr]).toMatchObject([
      2,
      expect.stringContaining('already exists. Choose another with --identifier'),
    ])
    await service.stop()
  })

  test('says what is wrong with what was typed', async () => {
    const service = await startService()
    const data = ['--data-dir', service.dataDir]
    const empty = join(tempDir(), 'empty')
    writeFileSync(empty, '\n')
    for (const [args, says] of [
      [['create', 'slack'], "required option '--client-id <id>' not specified"],
      [['create', 'slack', '--client-id', '1'], 'Set --client-secret-file'],
      [['set-secret', 'slack', '--client-secret-file', empty], 'The client secret is empty'],
      [['set-secret', 'none', '--client-secret-file', anyFile()], 'No such integration: none'],
      [
        ['create', 'discord', '--client-id', '1', '--client-secret-file', anyFile()],
        'No such provider: discord. It must be one of slack, msteams.',
      ],
    ] as const) {
      const { exitCode, stderr } = await latch(['integrations', ...args, ...data])
      expect([exitCode, stderr]).toMatchObject([2, expect.stringContaining(says)])
    }
    await service.stop()
  })
})

/** Any small file with something in it. */
const anyFile = (): string => join(import.meta.dir, '../../LICENSE')
