import { expect, test } from 'bun:test'
import { join } from 'node:path'
import { tempDir } from '../harness/temp-dir.ts'

const STEP = join(import.meta.dir, '../../scripts/step.ts')

/** What `check` prints for a step that runs this script, and what `runStep` resolves to. */
async function runScript(script: string): Promise<{ printed: string; succeeded: string }> {
  const source = `
    import { runStep } from ${JSON.stringify(STEP)}
    const command = ['sh', '-c', ${JSON.stringify(script)}]
    process.exitCode = (await runStep({ name: 'a step', command })) ? 0 : 3`
  const child = Bun.spawn([process.execPath, '-e', source], {
    cwd: tempDir(),
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const printed = await child.stdout.text()
  return { printed, succeeded: (await child.exited) === 0 ? 'yes' : 'no' }
}

test('a step that succeeds prints one line, whatever its output', async () => {
  const { printed, succeeded } = await runScript('echo out; echo err >&2')
  expect(succeeded).toBe('yes')
  expect(printed).toMatch(/^a step \.\.\. ok, \d+\.\d s\n$/)
})

test('a step that fails prints its output in order, and how it ended', async () => {
  const { printed, succeeded } = await runScript('echo one; echo two >&2; echo three; exit 7')
  expect(succeeded).toBe('no')
  expect(printed).toMatch(/^a step \.\.\. FAILED \(exit code 7\), \d+\.\d s\none\ntwo\nthree\n\n$/)
})

test('a step that fails with much output prints its end, and names the file with all of it', async () => {
  const { printed } = await runScript('seq 1 600; exit 1')
  expect(printed).toContain('(100 lines before these are in dist/check/a-step.log)\n101\n')
  expect(printed).toEndWith('\n600\n\n')
})
