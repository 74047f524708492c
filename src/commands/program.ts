import { Command, CommanderError } from 'commander'
import { ConfigError } from '../config.ts'
import { readVersion } from '../version.ts'
import type { CommandOptions, ExitCode } from './command.ts'
import { explainFailure } from './explain-failure.ts'
import type { ExportOptions } from './export.ts'
import type { ImportOptions } from './import.ts'
import type { KeyOptions } from './keys.ts'
import { UsageError } from './usage-error.ts'

/**
 * Runs the command that `args` name and answers its exit code. A command's own file is loaded when
 * it is asked for, so that `version` and `--help` need neither a database nor a temp directory.
 */
export async function runCommand(args: readonly string[]): Promise<ExitCode> {
  let exitCode: ExitCode = 0
  const program = createProgram(async (run) => {
    exitCode = await run()
  })
  try {
    await program.parseAsync([...args], { from: 'user' })
    return exitCode
  } catch (error) {
    // Commander has said already what was wrong with the words of the call.
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2
    console.error(explainFailure(error))
    return error instanceof ConfigError || error instanceof UsageError ? 2 : 1
  }
}

type Run = () => Promise<ExitCode>

function createProgram(run: (run: Run) => Promise<void>): Command {
  const program = new Command('latch')
    .description(
      'Links your users to their Slack and Microsoft Teams identities: one executable, its data in ' +
        'one folder.',
    )
    .exitOverride()
    .showHelpAfterError('(latch --help lists the commands)')
    .addHelpText('after', EXAMPLES)

  listening(program.command('serve'))
    .description('run the service')
    .action((options: CommandOptions) =>
      run(async () => (await import('./serve.ts')).serve(options)),
    )
  listening(program.command('sandbox'))
    .description(
      'run the service with stand-ins for Slack and Microsoft, filled, to try it and to test against it',
    )
    .option('--json', 'print one line of JSON when ready, for scripts')
    .action((options: CommandOptions) =>
      run(async () => (await import('./sandbox.ts')).sandbox(options)),
    )
  offline(program.command('export'))
    .argument('[file]', 'where to write; standard output if left out')
    .option('--with-secrets', 'client secrets and tokens as well, in clear')
    .description(
      'write integrations, subscribers, contexts, connections and endpoints as JSON lines',
    )
    .action((file: string | undefined, options: ExportOptions) =>
      run(async () => (await import('./export.ts')).exportData(file, options)),
    )
  offline(program.command('import'))
    .argument('[file]', 'what `latch export` wrote')
    .option('--from-novu <url>', 'read from a Novu deployment instead; its key in NOVU_SECRET_KEY')
    .option('--json', 'print the report as JSON')
    .description('store what was exported; what is there already stays as it is')
    .action((file: string | undefined, options: ImportOptions) =>
      run(async () => (await import('./import.ts')).importData(file, options)),
    )
  addKeys(program, run)
  addEnvironments(program, run)
  addData(program, run)
  program
    .command('healthcheck')
    .description('exit 0 if the service on this machine answers, else 1 (for containers)')
    .option('--port <port>', 'where it listens (LATCH_PORT)')
    .action((options: CommandOptions) =>
      run(async () => (await import('./healthcheck.ts')).healthcheck(options)),
    )
  program
    .command('version')
    .description('print version, commit and runtime')
    .option('--json', 'as JSON')
    .action((options: CommandOptions) => run(async () => printVersion(options)))
  return program
}

type RunCommand = (run: Run) => Promise<void>

function addKeys(program: Command, run: RunCommand): void {
  const keys = program.command('keys').description('API keys: make, list and revoke them')
  offline(keys.command('create'))
    .description('make a key, and print it this once')
    .option('--name <name>', 'what it is for')
    .option('--permission <what>', 'all, read, or links (make links and nothing else)')
    .option('--expires-in <days>', 'such as 90d; for ever if left out')
    .option('--json', 'as JSON')
    .action((options: KeyOptions) =>
      run(async () => (await import('./keys.ts')).createKey(options)),
    )
  offline(keys.command('list'))
    .description('list the keys of an environment, without the keys themselves')
    .option('--json', 'as JSON')
    .action((options: KeyOptions) => run(async () => (await import('./keys.ts')).listKeys(options)))
  offline(keys.command('revoke'))
    .argument('<id>', 'as `latch keys list` shows it')
    .description('end a key')
    .option('--json', 'as JSON')
    .action((id: string, options: KeyOptions) =>
      run(async () => (await import('./keys.ts')).revokeKey(id, options)),
    )
}

const dataDir = (command: Command): Command =>
  command
    .option('--data-dir <dir>', 'where the database and the secret key are (LATCH_DATA_DIR)')
    .option('--json', 'as JSON')

function addEnvironments(program: Command, run: RunCommand): void {
  const environments = program
    .command('environments')
    .description('environments: tenants that share nothing but the executable')
  dataDir(environments.command('create'))
    .argument('<name>', 'such as Staging')
    .description('make an environment')
    .action((name: string, options: CommandOptions) =>
      run(async () => (await import('./environments.ts')).createEnvironment(name, options)),
    )
  dataDir(environments.command('list'))
    .description('list them')
    .action((options: CommandOptions) =>
      run(async () => (await import('./environments.ts')).listEnvironments(options)),
    )
}

function addData(program: Command, run: RunCommand): void {
  dataDir(program.command('backup'))
    .argument('<file>', 'the new file')
    .description('write a copy of the database and verify it, also while latch runs')
    .action((file: string, options: CommandOptions) =>
      run(async () => (await import('./data.ts')).backup(file, options)),
    )
  dataDir(program.command('restore'))
    .argument('<file>', 'what `latch backup` wrote')
    .description('prove a backup, then put it in the place of the database')
    .action((file: string, options: CommandOptions) =>
      run(async () => (await import('./data.ts')).restore(file, options)),
    )
  dataDir(program.command('check-key'))
    .description('prove that the secret key opens every secret that is stored')
    .action((options: CommandOptions) =>
      run(async () => (await import('./data.ts')).checkKey(options)),
    )
}

const offline = (command: Command): Command =>
  command
    .option('--data-dir <dir>', 'where the database and the secret key are (LATCH_DATA_DIR)')
    .option('--environment <id>', 'which environment; the first one if left out')

const listening = (command: Command): Command =>
  command
    .option('--data-dir <dir>', 'where the database and the secret key are (LATCH_DATA_DIR)')
    .option('--host <address>', 'the address to listen on (LATCH_HOST, default 127.0.0.1)')
    .option('--port <port>', 'the port to listen on, 0 for any (LATCH_PORT, default 4400)')
    .option('--public-url <url>', 'how users reach latch (LATCH_PUBLIC_URL)')

async function printVersion({ json }: CommandOptions): Promise<ExitCode> {
  const { version, commit, bun } = readVersion()
  console.log(
    json ? JSON.stringify({ version, commit, bun }) : `latch ${version} (${commit}, Bun ${bun})`,
  )
  return 0
}

const EXAMPLES = `
Try it:
  latch sandbox

Take your data along:
  latch export --data-dir /var/lib/latch --with-secrets latch.jsonl
  NOVU_SECRET_KEY=… latch import --data-dir /var/lib/latch --from-novu https://api.novu.co

Run it:
  LATCH_PUBLIC_URL=https://latch.example.com latch serve --data-dir /var/lib/latch

Exit codes: 0 done, 1 failed, 2 wrong use or configuration.`
