import type { Command } from 'commander'
import { readVersion } from '../version.ts'
import type { CommandOptions, ExitCode } from './command.ts'
import {
  type RunCommand,
  withExamples,
  withJson,
  withListening,
  withUnusedDataDir,
} from './words.ts'

/** The commands that run latch, or ask one that runs. */
export function addService(program: Command, run: RunCommand): void {
  const serve = withListening(program.command('serve')).description('run the service')
  withExamples(
    serve,
    'latch serve',
    'LATCH_PUBLIC_URL=https://latch.example.com latch serve --data-dir /var/lib/latch',
  ).action((options: CommandOptions) =>
    run(async () => (await import('./serve.ts')).serve(options)),
  )

  const sandbox = withJson(withListening(program.command('sandbox'))).description(
    'run the service with stand-ins for Slack and Microsoft, filled, to try it and to test against it',
  )
  withExamples(sandbox, 'latch sandbox', 'latch sandbox --port 0 --json').action(
    (options: CommandOptions) => run(async () => (await import('./sandbox.ts')).sandbox(options)),
  )

  const healthcheck = withUnusedDataDir(program.command('healthcheck'))
    .description('exit 0 if the service on this machine answers, else 1 (for containers)')
    .option('--port <port>', 'where it listens (LATCH_PORT)')
  withExamples(healthcheck, 'latch healthcheck --port 4400').action((options: CommandOptions) =>
    run(async () => (await import('./healthcheck.ts')).healthcheck(options)),
  )

  const version = withUnusedDataDir(withJson(program.command('version'))).description(
    'print version, commit, runtime and database engine',
  )
  withExamples(version, 'latch version --json').action((options: CommandOptions) =>
    run(async () => printVersion(options)),
  )
}

async function printVersion({ json }: CommandOptions): Promise<ExitCode> {
  const facts = readVersion()
  const { version, commit, bun, libsql } = facts
  const text = `latch ${version} (${commit}, Bun ${bun}, libSQL ${libsql})`
  console.log(json ? JSON.stringify(facts) : text)
  return 0
}
