import { beforeAll, describe, expect, test } from 'bun:test'
import { readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { latchBinary } from '../harness/binary.ts'
import { run } from '../harness/process.ts'
import { startService } from '../harness/service.ts'
import { tempDir } from '../harness/temp-dir.ts'

let binary = ''
beforeAll(async () => {
  binary = await latchBinary()
}, 60_000)

const subscribers = (dataDir: string, ...args: string[]) =>
  run([binary, 'subscribers', ...args, '--data-dir', dataDir], { cwd: tempDir() })

describe('latch subscribers', () => {
  test('exports and erases one person, while latch runs and when it does not', async () => {
    const service = await startService()
    const { dataDir } = service
    for (const subscriberId of ['ada@example.com', 'grace']) {
      await service.api('POST', '/v2/subscribers', { subscriberId, firstName: 'Somebody' })
    }
    const lookAndErase = async (subscriberId: string): Promise<void> => {
      const file = join(tempDir(), 'person.json')
      const exported = await subscribers(dataDir, 'export', subscriberId, file)
      expect([exported.exitCode, exported.stdout]).toEqual([0, ''])
      expect((statSync(file).mode & 0o777).toString(8)).toBe('600')
      const text = readFileSync(file, 'utf8')
      expect(JSON.parse(text)).toMatchObject({
        subscriberId,
        subscriber: { profile: { firstName: 'Somebody' } },
        endpoints: [],
      })
      // Neither over what is there already.
      expect((await subscribers(dataDir, 'export', subscriberId, file)).exitCode).toBe(1)
      const printed = await subscribers(dataDir, 'export', subscriberId)
      expect(JSON.parse(printed.stdout)).toMatchObject({ subscriberId })

      const unsure = await subscribers(dataDir, 'erase', subscriberId)
      expect([unsure.exitCode, unsure.stdout]).toEqual([2, ''])
      expect(unsure.stderr).toContain('--yes')
      expect((await subscribers(dataDir, 'export', subscriberId)).exitCode).toBe(0)

      const erased = await subscribers(dataDir, 'erase', subscriberId, '--yes', '--json')
      expect(JSON.parse(erased.stdout)).toMatchObject({ endpoints: 0, connections: 0 })
      for (const args of [['export'], ['erase', '--yes']]) {
        const again = await subscribers(dataDir, ...args, subscriberId)
        expect([again.exitCode, again.stdout]).toEqual([2, ''])
        expect(again.stderr).toContain('Nothing is stored about them')
      }
    }
    await lookAndErase('ada@example.com')
    await service.stop()
    await lookAndErase('grace')
  })

  test('asks at a terminal before it erases', async () => {
    const service = await startService()
    const { dataDir } = service
    await service.api('POST', '/v2/subscribers', { subscriberId: 'ada' })
    // script(1) of util-linux gives it a terminal.
    const answer = (letter: string) =>
      run(
        [
          'sh',
          '-c',
          `printf '${letter}\\n' | script -qec "$0 subscribers erase ada --data-dir $1" /dev/null`,
          binary,
          dataDir,
        ],
        { cwd: tempDir(), env: { PATH: String(process.env['PATH']) } },
      )
    const no = await answer('n')
    expect([no.exitCode, no.stdout]).toEqual([1, expect.stringContaining('Nothing was erased.')])
    expect((await service.api('GET', '/v2/subscribers/ada')).status).toBe(200)
    const yes = await answer('y')
    expect([yes.exitCode, yes.stdout]).toEqual([0, expect.stringContaining('Erased')])
    expect((await service.api('GET', '/v2/subscribers/ada')).status).toBe(404)
    await service.stop()
  })
})
