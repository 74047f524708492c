import { closeSync, openSync } from 'node:fs'
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'

/** A command that `check` runs. */
export type Step = {
  readonly name: string
  readonly command: readonly string[]
  readonly env?: Readonly<Record<string, string>>
}

/** Longer than any step takes; one that hangs must not hang the whole check. */
const TIME_LIMIT_MS = 20 * 60_000

/** The number of lines shown of a failed step's output; all of it is in its log file. */
const MAX_LINES_SHOWN = 500

/** Where each step's output is kept, next to the build output. */
const LOG_DIRECTORY = 'dist/check'

/**
 * Runs a step and prints one line for it: its name, whether it succeeded, and how long it took. Its
 * output goes to a log file, and is printed only if the step fails. Returns true on success.
 */
export async function runStep({ name, command, env = {} }: Step): Promise<boolean> {
  process.stdout.write(`${name} ... `)
  const startedAt = performance.now()
  await mkdir(LOG_DIRECTORY, { recursive: true })
  const log = join(LOG_DIRECTORY, `${name.replace(/[^a-z0-9]+/gi, '-').toLowerCase()}.log`)
  // One file for both streams keeps their lines in order.
  const output = openSync(log, 'w')
  const child = Bun.spawn([...command], {
    env: { ...process.env, ...env },
    stdio: ['ignore', output, output],
    timeout: TIME_LIMIT_MS,
    killSignal: 'SIGKILL',
  })
  await child.exited
  closeSync(output)

  const seconds = ((performance.now() - startedAt) / 1000).toFixed(1)
  const succeeded = child.exitCode === 0
  const ending = child.signalCode ?? `exit code ${child.exitCode}`
  console.log(`${succeeded ? 'ok' : `FAILED (${ending})`}, ${seconds} s`)
  if (!succeeded) console.log(`${lastLines(await Bun.file(log).text(), log)}\n`)
  return succeeded
}

/** The last lines of an output, and the path of the full log. */
function lastLines(output: string, log: string): string {
  const lines = output.trimEnd().split('\n')
  if (lines.length <= MAX_LINES_SHOWN) return lines.join('\n')
  const left = lines.length - MAX_LINES_SHOWN
  return [`(${left} lines before these are in ${log})`, ...lines.slice(-MAX_LINES_SHOWN)].join('\n')
}
