import { beforeAll, describe, expect, test } from 'bun:test'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Spec, Validation } from '@cyclonedx/cyclonedx-library'
import { buildRelease, PLATFORMS } from '../../scripts/release.ts'
import { run } from '../harness/process.ts'
import { tempDir } from '../harness/temp-dir.ts'

const directory = tempDir()
/** The one whose runtime is here: the others' would have to be fetched. */
const [name = '', target] =
  Object.entries(PLATFORMS).find(([, one]) => one === `bun-${process.platform}-${process.arch}`) ??
  []

beforeAll(async () => {
  if (target === undefined) throw new Error('no release for this platform')
  await buildRelease(directory, { [name]: target })
}, 60_000)

describe('a release', () => {
  test('runs in an empty folder', async () => {
    const { stdout, exitCode } = await run([join(directory, name), 'version', '--json'], {
      cwd: tempDir(),
    })
    expect([exitCode, JSON.parse(stdout)]).toMatchObject([0, { version: '0.1.0', bun: '1.4.5' }])
  })

  test('comes with correct checksums of all files', async () => {
    expect(new Set(readdirSync(directory))).toEqual(new Set(['SHA256SUMS', 'latch.cdx.json', name]))
    const sums = readFileSync(join(directory, 'SHA256SUMS'), 'utf8')
    expect(sums.trim().split('\n')).toHaveLength(2)
    const check = () => run(['/usr/bin/env', 'sha256sum', '-c', 'SHA256SUMS'], { cwd: directory })
    expect((await check()).exitCode).toBe(0)
  })

  test('lists its components in valid CycloneDX', async () => {
    const text = readFileSync(join(directory, 'latch.cdx.json'), 'utf8')
    const validator = new Validation.JsonStrictValidator(Spec.Version.v1dot6)
    expect(await validator.validate(text)).toBeNull()
    const { components } = JSON.parse(text) as { components: { name: string; purl: string }[] }
    const names = components.map((component) => component.name)
    for (const inside of ['bun', 'elysia', 'client', 'libsql', 'linux-x64-gnu', 'pino']) {
      expect(names.join(' ')).toContain(inside)
    }
    // What only builds and tests is not in there.
    expect(names.filter((one) => /typescript|playwright|biome|cyclonedx/.test(one))).toEqual([])
  })
})
