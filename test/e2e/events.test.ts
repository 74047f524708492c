import { beforeAll, describe, expect, test } from 'bun:test'
import { readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { commit } from '../../src/domain/commit.ts'
import { accept } from '../../src/domain/decision.ts'
import { openClient } from '../../src/store/database/client.ts'
import { latchBinary } from '../harness/binary.ts'
import { run } from '../harness/process.ts'
import { startService, type TestService } from '../harness/service.ts'
import { tempDir } from '../harness/temp-dir.ts'

let binary = ''
beforeAll(async () => {
  binary = await latchBinary()
}, 60_000)

const events = (dataDir: string, ...args: string[]) =>
  run([binary, 'events', ...args, '--data-dir', dataDir], { cwd: tempDir() })

async function tell({ deps }: TestService, ...names: string[]): Promise<void> {
  const environmentId = String((await deps.store.environments.first())?.id)
  await commit(deps, { kind: 'command', id: 'test' }, () =>
    accept(null, {
      events: names.map((name) => ({
        type: 'environment.created' as const,
        environmentId,
        subjectId: name,
        data: { name },
      })),
    }),
  )
}

const TYPE = ['--type', 'environment.created']

describe('latch events', () => {
  test('lists, exports and verifies events, while latch runs and when it does not', async () => {
    const service = await startService()
    const { dataDir } = service
    await tell(service, 'one', 'two')
    const subjectsOf = (text: string): string[] =>
      text
        .trim()
        .split('\n')
        .map((line) => (JSON.parse(line) as { subject: string }).subject)
        .slice(-2)
    const both = ['environment:one', 'environment:two']
    const lookAround = async (file: string): Promise<void> => {
      const listed = await events(dataDir, 'list', '--json', ...TYPE)
      expect(subjectsOf(listed.stdout)).toEqual(both)
      const since = await events(dataDir, 'list', '--since', '1h', ...TYPE)
      expect(since.stdout).toMatch(/evt_\d+ {2}20\S+ {2}environment\.created {2}environment:one/)
      const exported = await events(dataDir, 'export', file, '--since', '2020-01-01', ...TYPE)
      expect([exported.exitCode, exported.stdout]).toEqual([0, ''])
      expect(subjectsOf(readFileSync(file, 'utf8'))).toEqual(both)
      expect((statSync(file).mode & 0o777).toString(8)).toBe('600')
      const verified = await events(dataDir, 'verify')
      expect([verified.exitCode, verified.stdout]).toEqual([
        0,
        expect.stringMatching(/^events: \d+, checkpoints: \d+, all unchanged\n$/),
      ])
    }
    await lookAround(join(tempDir(), 'running.jsonl'))
    await service.stop()
    await lookAround(join(tempDir(), 'at-rest.jsonl'))
  })

  test('verify fails if an event was changed or removed, and names it', async () => {
    const service = await startService()
    await tell(service, 'one', 'two', 'three')
    await service.stop()
    const intruder = await openClient(join(service.dataDir, 'latch.db'))
    const { rows } = await intruder.execute(
      'select max(id) as id from (select id from events union all select id from new_events)',
    )
    const lastId = Number(rows[0]?.['id'])
    // The last ones may be new or indexed.
    await intruder.executeMultiple(`update events set type = 'x' where id = ${lastId};
      update new_events set event = json_set(event, '$[2]', 'x') where id = ${lastId};
      delete from events where id = ${lastId - 1};
      delete from new_events where id = ${lastId - 1}`)
    intruder.close()
    const { exitCode, stdout } = await events(service.dataDir, 'verify')
    expect(exitCode).toBe(1)
    expect(stdout).toContain(`evt_${lastId - 1}: missing\n`)
    expect(stdout).toContain(`evt_${lastId}: changed, or not written by latch\n`)
    const { exitCode: code, stdout: json } = await events(service.dataDir, 'verify', '--json')
    expect([code, JSON.parse(json)]).toMatchObject([
      1,
      {
        problems: [{ kind: 'missing', fromId: lastId - 1, toId: lastId - 1 }, { kind: 'changed' }],
      },
    ])
  })

  test('refuses invalid filters', async () => {
    const service = await startService()
    const codeOf = async (...args: string[]): Promise<number> =>
      (await events(service.dataDir, 'list', ...args)).exitCode
    expect(await codeOf('--since', 'yesterday')).toBe(2)
    expect(await codeOf('--type', 'link.filed')).toBe(2)
    expect(await codeOf('--environment', 'none')).toBe(2)
    await service.stop()
  })
})
