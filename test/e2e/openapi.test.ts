import { describe, expect, test } from 'bun:test'
import { latchBinary } from '../harness/binary.ts'
import { run } from '../harness/process.ts'
import { startService } from '../harness/service.ts'
import { tempDir } from '../harness/temp-dir.ts'

const binary = await latchBinary()
const latch = (args: string[]) => run([binary, ...args], { cwd: tempDir() })

describe('latch openapi', () => {
  test('prints what a running latch serves, without data', async () => {
    const service = await startService()
    const url = ['--public-url', service.url]
    const { stdout, exitCode } = await latch(['openapi', ...url])
    expect(exitCode).toBe(0)
    const served = await (await fetch(`${service.url}/openapi.json`)).json()
    expect(JSON.parse(stdout)).toEqual(served)
    expect((await latch(['openapi', '--yaml', ...url])).stdout).toStartWith('openapi: 3.1.0\n')
    await service.stop()
  })
})
