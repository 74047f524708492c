import { cpSync } from 'node:fs'
import { join } from 'node:path'
import { latchBinary } from '../harness/binary.ts'
import { run, start } from '../harness/process.ts'
import { tempDir } from '../harness/temp-dir.ts'

const ROOT = join(import.meta.dir, '../..')
const TYPESCRIPT = join(ROOT, 'node_modules/typescript/bin/tsc')

/** The environment of this process, for package managers: they find their caches and settings by it. */
export const inherited = (): Record<string, string> =>
  Object.fromEntries(
    Object.entries(process.env).flatMap(([name, value]) =>
      value === undefined ? [] : [[name, value]],
    ),
  )

/** A running `latch sandbox`, as the settings that an example reads. */
export type ExampleSandbox = {
  env: { LATCH_URL: string; LATCH_API_KEY: string }
  /** Consents at the stand-in as a person would, and follows the redirect back to latch. */
  consent(link: string): Promise<void>
  stop(): Promise<void>
}

/** The Slack user as whom `consent` signs in. */
export const SLACK_USER = 'U0ADA00001'

/** Starts the built executable on free ports, in a directory of its own. */
export async function startExampleSandbox(): Promise<ExampleSandbox> {
  const sandbox = await start([await latchBinary(), 'sandbox', '--json'], {
    cwd: tempDir(),
    env: { LATCH_PORT: '0' },
  })
  const { url, apiKey } = JSON.parse(sandbox.firstLine) as { url: string; apiKey: string }
  return {
    env: { LATCH_URL: url, LATCH_API_KEY: apiKey },
    async consent(link) {
      const { origin, pathname, search } = new URL(link)
      const form = new URLSearchParams(search)
      form.set('user', SLACK_USER)
      form.set('decision', 'allow')
      const response = await fetch(origin + pathname, {
        method: 'POST',
        body: form,
        redirect: 'manual',
      })
      const callback = response.headers.get('location')
      if (callback === null) throw new Error(`no redirect: ${await response.text()}`)
      const { status } = await fetch(callback)
      if (status !== 200) throw new Error(`the callback answered ${status}`)
    },
    async stop() {
      sandbox.signal('SIGTERM')
      await sandbox.finished
    },
  }
}

/** Copies an example to a directory of its own, installs its lock file there, and checks its types. */
export async function installExample(name: string): Promise<string> {
  const directory = join(tempDir(), name)
  cpSync(join(ROOT, 'examples', name), directory, {
    recursive: true,
    filter: (file) => !file.includes('node_modules'),
  })
  const where = { cwd: directory, env: inherited() }
  for (const command of [
    [process.execPath, 'install', '--frozen-lockfile'],
    [process.execPath, TYPESCRIPT, '--project', directory],
  ]) {
    const { exitCode, stdout, stderr } = await run(command, where)
    if (exitCode !== 0) throw new Error(`${command.join(' ')} failed: ${stdout}${stderr}`)
  }
  return directory
}
