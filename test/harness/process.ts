import { readFileSync } from 'node:fs'

export type Finished = { exitCode: number; stdout: string; stderr: string }

export type Started = {
  /** The first line on standard output. */
  firstLine: string
  pid: number
  /** What the first group of `pattern` finds in standard output, waiting for it to come. */
  find(pattern: RegExp): Promise<string>
  /** Says a line to its standard input, where that is a pipe. */
  say(line: string): void
  signal(name: NodeJS.Signals): void
  finished: Promise<Finished>
}

type Where = { cwd: string; env?: Record<string, string> }

/** Runs a program to its end, with an environment of its own. */
export async function run(command: readonly string[], { cwd, env = {} }: Where): Promise<Finished> {
  const child = Bun.spawn([...command], {
    cwd,
    env,
    stdout: 'pipe',
    stderr: 'pipe',
    stdin: 'ignore',
  })
  const [stdout, stderr, exitCode] = await Promise.all([
    new Response(child.stdout).text(),
    new Response(child.stderr).text(),
    child.exited,
  ])
  return { exitCode, stdout, stderr }
}

/** Starts a program, and waits for its first line; it is killed when the run is over, if it is still there. */
export async function start(
  command: readonly string[],
  { cwd, env = {} }: Where,
): Promise<Started> {
  const child = Bun.spawn([...command], {
    cwd,
    env,
    stdout: 'pipe',
    stderr: 'pipe',
    stdin: 'pipe',
  })
  process.on('exit', () => child.kill('SIGKILL'))
  const stderr = new Response(child.stderr).text()
  const reader = child.stdout.pipeThrough(new TextDecoderStream()).getReader()
  let stdout = ''
  let heard = Promise.withResolvers<void>()
  const reading = (async () => {
    for (;;) {
      const { value, done } = await reader.read()
      if (done) break
      stdout += value
      heard.resolve()
      heard = Promise.withResolvers()
    }
  })()
  const find = async (pattern: RegExp): Promise<string> => {
    for (;;) {
      const [, found] = pattern.exec(stdout) ?? []
      if (found !== undefined) return found
      const isOver = await Promise.race([heard.promise, reading.then(() => true)])
      if (isOver === true && !pattern.test(stdout)) {
        throw new Error(`it ended before it said ${pattern}: ${stdout}${await stderr}`)
      }
    }
  }
  const finished = (async (): Promise<Finished> => {
    await reading
    return { exitCode: await child.exited, stdout, stderr: await stderr }
  })()
  return {
    firstLine: await find(/^([^\n]*)\n/),
    find,
    finished,
    pid: child.pid,
    signal: (name) => child.kill(name),
    say: (line) => {
      child.stdin.write(`${line}\n`)
      child.stdin.flush()
    },
  }
}

/** The API key that the first start of `latch serve` leaves in a file, where it has no terminal. */
export const firstApiKey = async ({ find }: Pick<Started, 'find'>): Promise<string> =>
  readFileSync(await find(/^API key.*: (\S+)$/m), 'utf8').trim()
