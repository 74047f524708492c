export type Finished = { exitCode: number; stdout: string; stderr: string }

export type Started = {
  /** The first line on standard output. */
  firstLine: string
  pid: number
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
    stdin: 'ignore',
  })
  process.on('exit', () => child.kill('SIGKILL'))
  const stderr = new Response(child.stderr).text()
  const reader = child.stdout.pipeThrough(new TextDecoderStream()).getReader()
  let stdout = ''
  while (!stdout.includes('\n')) {
    const { value, done } = await reader.read()
    if (done) throw new Error(`it ended before its first line: ${stdout}${await stderr}`)
    stdout += value
  }
  const finished = (async (): Promise<Finished> => {
    for (;;) {
      const { value, done } = await reader.read()
      if (done) break
      stdout += value
    }
    return { exitCode: await child.exited, stdout, stderr: await stderr }
  })()
  const [firstLine = ''] = stdout.split('\n')
  return { firstLine, finished, pid: child.pid, signal: (name) => child.kill(name) }
}
