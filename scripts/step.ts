/** A command that `check` runs. */
export type Step = {
  readonly name: string
  readonly command: readonly string[]
  readonly env?: Readonly<Record<string, string>>
}

/** No step takes this long; one that hangs must not hang the whole check. */
const TIME_LIMIT_MS = 20 * 60_000

/** Announces a step, runs it with its output shown, says how long it took; true when it succeeded. */
export async function runStep({ name, command, env = {} }: Step): Promise<boolean> {
  console.log(`\n== ${name}`)
  const startedAt = performance.now()
  const child = Bun.spawn([...command], {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'inherit', 'inherit'],
    timeout: TIME_LIMIT_MS,
    killSignal: 'SIGKILL',
  })
  await child.exited
  const seconds = ((performance.now() - startedAt) / 1000).toFixed(1)
  const ending = child.signalCode ?? `exit code ${child.exitCode}`
  console.log(`== ${name}: ${child.exitCode === 0 ? 'ok' : `FAILED (${ending})`}, ${seconds} s`)
  return child.exitCode === 0
}
