import { existsSync } from 'node:fs'
import { mkdir, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'

const ROOT = join(import.meta.dir, '..')
const REQUIREMENTS = join(ROOT, 'examples/python/requirements.txt')

/** Python with the example's packages, or why the example is skipped on this machine. */
export type PythonExample =
  | { kind: 'installed'; python: string; packages: string }
  | { kind: 'left_out'; reason: string }

/** Part of what pip prints when it cannot reach its index. */
const NO_INDEX =
  /NewConnectionError|NameResolutionError|name resolution|ConnectTimeout|ReadTimeout|ProxyError|Connection refused|unreachable/i

/**
 * Installs the packages of `examples/python` in `dist/python`, once per version of its
 * requirements. Throws if pip fails although it can reach its index.
 */
export async function installPythonExample(): Promise<PythonExample> {
  const python = Bun.which('python3')
  if (python === null) return { kind: 'left_out', reason: 'no python3 here' }
  const version = Bun.spawnSync([python, '-m', 'pip', '--version'])
  if (!version.success) return { kind: 'left_out', reason: 'python3 has no pip' }

  const requirements = await Bun.file(REQUIREMENTS).text()
  const key = Bun.SHA256.hash(`${version.stdout}${requirements}`, 'hex').slice(0, 16)
  const packages = join(ROOT, 'dist/python', key)
  if (existsSync(packages)) return { kind: 'installed', python, packages }

  await mkdir(join(ROOT, 'dist/python'), { recursive: true })
  // Moved into place when complete: an interrupted run must not leave a partial installation.
  const unfinished = `${packages}.${process.pid}`
  const pip = Bun.spawn(
    [
      python,
      ...[
        '-m',
        'pip',
        'install',
        '--quiet',
        '--retries=1',
        '--no-compile',
        '--no-deps',
        '--target',
        unfinished,
      ],
      ...['--requirement', REQUIREMENTS],
    ],
    { stdio: ['ignore', 'ignore', 'pipe'] },
  )
  const output = await pip.stderr.text()
  if ((await pip.exited) !== 0) {
    await rm(unfinished, { recursive: true, force: true })
    if (NO_INDEX.test(output)) return { kind: 'left_out', reason: 'pip cannot reach its index' }
    throw new Error(`pip failed: ${output}`)
  }
  await rename(unfinished, packages).catch(() => rm(unfinished, { recursive: true, force: true }))
  return { kind: 'installed', python, packages }
}
