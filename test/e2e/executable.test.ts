import { describe, expect, test } from 'bun:test'
import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import packageJson from '../../package.json' with { type: 'json' }
import { latchAlone } from '../harness/binary.ts'
import { run, start } from '../harness/process.ts'

const { folder, latch } = await latchAlone()

describe('the executable, alone in an empty folder and an empty environment', () => {
  test('prints its version and its help', async () => {
    const version = await run([latch, 'version'], { cwd: folder })
    expect(version.exitCode).toBe(0)
    expect(version.stdout).toStartWith(`latch ${packageJson.version} (`)
    const json = await run([latch, 'version', '--json'], { cwd: folder })
    expect(JSON.parse(json.stdout)).toMatchObject({ version: packageJson.version, bun: '1.4.5' })
    const help = await run([latch, '--help'], { cwd: folder })
    expect(help.exitCode).toBe(0)
    for (const command of ['serve', 'sandbox', 'healthcheck', 'version']) {
      expect(help.stdout).toContain(command)
    }
  })

  test('exits with 2 and a hint on wrong usage', async () => {
    for (const wrong of [['nonsense'], ['serve', '--nonsense'], []]) {
      const { exitCode, stderr } = await run([latch, ...wrong], { cwd: folder })
      expect(exitCode).toBe(2)
      expect(stderr).not.toBe('')
    }
  })

  test('ignores .env and bunfig.toml of the folder it is started in', async () => {
    const trap = join(folder, 'trap')
    mkdirSync(trap)
    writeFileSync(join(trap, '.env'), 'LATCH_PORT=nonsense\n')
    writeFileSync(join(trap, 'bunfig.toml'), 'preload = ["./evil.ts"]\n')
    writeFileSync(join(trap, 'evil.ts'), 'require("node:fs").writeFileSync("evil-was-here", "")\n')
    const started = await start([latch, 'sandbox', '--json', '--port', '0'], { cwd: trap })
    started.signal('SIGTERM')
    expect((await started.finished).exitCode).toBe(0)
    expect(existsSync(join(trap, 'evil-was-here'))).toBe(false)
    expect(readdirSync(trap)).toContain('latch-sandbox')
  })
})

test('every command has help, with examples', async () => {
  const commands = [
    ...'serve sandbox doctor backup restore rotate-key check-key openapi export import'.split(' '),
    ...['healthcheck', 'version', 'keys create', 'keys list', 'keys revoke'],
    ...['environments create', 'environments list'],
    ...['integrations create', 'integrations list', 'integrations set-secret'],
  ]
  for (const command of commands) {
    const { exitCode, stdout } = await run([latch, ...command.split(' '), '--help'], {
      cwd: folder,
    })
    expect([command, stdout]).toEqual([command, expect.stringContaining('--data-dir <dir>')])
    expect([command, exitCode, stdout]).toEqual([
      command,
      0,
      expect.stringMatching(/^Usage: latch .*\nExamples:\n {2}.*latch /s),
    ])
  }
})
