import { expect, test } from 'bun:test'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { tempDir } from './temp-dir.ts'

test('a test may take longer than 5 seconds, in every file and without a flag', async () => {
  const directory = tempDir()
  mkdirSync(join(directory, 'test'))
  // The second file: Bun's own way to set the limit would hold for the first one only.
  for (const [file, ms] of Object.entries({ first: 0, second: 5300 })) {
    const source = `import { test } from 'bun:test'\ntest('takes ${ms} ms', () => Bun.sleep(${ms}))\n`
    writeFileSync(join(directory, `test/${file}.test.ts`), source)
  }
  const preload = join(import.meta.dir, 'preload.ts')
  writeFileSync(join(directory, 'bunfig.toml'), `[test]\npreload = [${JSON.stringify(preload)}]\n`)

  const run = Bun.spawn([process.execPath, 'test'], {
    cwd: directory,
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  const output = await run.stderr.text()
  expect({ output, passed: output.includes(' 2 pass\n') }).toMatchObject({ passed: true })
}, 30_000)
