import { describe, expect, test } from 'bun:test'
import { latchBinary } from '../harness/binary.ts'
import { run } from '../harness/process.ts'
import { startService } from '../harness/service.ts'
import { tempDir } from '../harness/temp-dir.ts'

const binary = await latchBinary()
const folder = tempDir()
const latch = (...args: string[]) => run([binary, ...args], { cwd: folder })

async function stopped(): Promise<string> {
  const service = await startService()
  await service.stop()
  return service.dataDir
}

describe('latch keys', () => {
  test('creates a key that works, within its permission, until it is revoked', async () => {
    const dataDir = await stopped()
    const where = ['--data-dir', dataDir, '--json']
    const args = ['--name', 'ci', '--permission', 'links', '--expires-in', '90d']
    const made = JSON.parse((await latch('keys', 'create', ...args, ...where)).stdout) as {
      id: string
      apiKey: string
    }
    expect(made).toMatchObject({ name: 'ci', permission: 'links' })
    expect(made.apiKey).toMatch(/^latch_/)
    const ask = async (method: string, path: string, body?: unknown): Promise<number> => {
      const service = await startService({}, dataDir)
      const authorization = `ApiKey ${made.apiKey}`
      const { status } = await service.api(method, path, body, { authorization })
      await service.stop()
      return status
    }
    const link = { subscriberId: 'subscriber-123', integrationIdentifier: 'slack' }
    expect(await ask('POST', '/v1/integrations/channel-endpoints/oauth', link)).toBe(201)
    expect(await ask('GET', '/v1/channel-endpoints')).toBe(403)

    const listed = JSON.parse((await latch('keys', 'list', ...where)).stdout) as object[]
    expect(listed).toHaveLength(2)
    expect(listed).toContainEqual(
      expect.objectContaining({ id: made.id, name: 'ci', permission: 'links', revokedAt: null }),
    )
    expect(JSON.stringify(listed)).not.toContain(made.apiKey)
    expect((await latch('keys', 'revoke', made.id, ...where)).exitCode).toBe(0)
    expect(await ask('POST', '/v1/integrations/channel-endpoints/oauth', link)).toBe(401)
  })

  test('creates a key with several permissions, and the audiences of its speaker tokens', async () => {
    const where = ['--data-dir', await stopped()]
    const args = ['--permission', 'speak, links', '--audience', 'https://a.example']
    const made = await latch('keys', 'create', ...args, '--audience', 'b', ...where, '--json')
    const key = { permission: 'links,speak', audiences: ['https://a.example', 'b'] }
    expect(JSON.parse(made.stdout)).toMatchObject(key)
    const listed = await latch('keys', 'list', ...where)
    expect(listed.stdout).toMatch(/ {2}links,speak {2}for https:\/\/a\.example, b {2}until /)
  })

  test('says what is wrong with what was typed', async () => {
    const dataDir = await stopped()
    for (const [args, says] of [
      [
        ['create', '--permission', 'root'],
        '--permission must be one of all, read, tokens, links, speak',
      ],
      [['create', '--permission', 'read,root'], '--permission must be one of all, read'],
      [['create', '--permission', 'read,speak'], 'audiences must name at least one service'],
      [['create', '--audience', 'https://a.example'], 'audiences must be empty'],
      [['create', '--expires-in', 'soon'], '--expires-in must be a number of days'],
      [['revoke', 'nope'], 'No such API key: nope'],
    ] as const) {
      const { exitCode, stderr } = await latch('keys', ...args, '--data-dir', dataDir)
      expect([exitCode, stderr]).toMatchObject([2, expect.stringContaining(says)])
    }
  })

  test('of another environment sees nothing of the first', async () => {
    const dataDir = await stopped()
    const where = ['--data-dir', dataDir, '--json']
    const { stdout } = await latch('environments', 'create', 'Staging', ...where)
    const { id } = JSON.parse(stdout) as { id: string }
    const names = JSON.parse((await latch('environments', 'list', ...where)).stdout) as object[]
    expect(names).toMatchObject([{ name: 'Sandbox' }, { id, name: 'Staging' }])
    const made = await latch('keys', 'create', '--environment', id, ...where)
    const { apiKey } = JSON.parse(made.stdout) as { apiKey: string }
    const service = await startService({}, dataDir)
    const authorization = `ApiKey ${apiKey}`
    const list = await service.api('GET', '/v2/subscribers', undefined, { authorization })
    expect([list.status, list.body]).toMatchObject([200, { data: [], totalCount: 0 }])
    await service.stop()
  })
})
