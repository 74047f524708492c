import { Command, CommanderError } from 'commander'
import { ConfigError } from '../config.ts'
import { UsageError } from '../operator/errors.ts'
import { readVersion } from '../version.ts'
import { backupCommand } from './backup.ts'
import { checkKeyCommand } from './check-key.ts'
import { connectionsCommand } from './connections.ts'
import type { AddCommand, ExitCode, RunCommand } from './define-command.ts'
import { doctorCommand } from './doctor.ts'
import { environmentsCommand } from './environments.ts'
import { eventsCommand } from './events.ts'
import { explainCommand } from './explain.ts'
import { explainFailure } from './explain-failure.ts'
import { exportCommand } from './export.ts'
import { healthcheckCommand } from './healthcheck.ts'
import { importCommand } from './import.ts'
import { integrationsCommand } from './integrations.ts'
import { keysCommand } from './keys.ts'
import { openapiCommand } from './openapi.ts'
import { restoreCommand } from './restore.ts'
import { rotateKeyCommand } from './rotate-key.ts'
import { sandboxCommand } from './sandbox.ts'
import { serveCommand } from './serve.ts'
import { subscribersCommand } from './subscribers.ts'
import { versionCommand } from './version.ts'
import { whoisCommand } from './whois.ts'

/** In the order of the help. To add a command, add a file and a line here. */
const COMMANDS: readonly AddCommand[] = [
  serveCommand,
  sandboxCommand,
  healthcheckCommand,
  versionCommand,
  integrationsCommand,
  connectionsCommand,
  doctorCommand,
  explainCommand,
  whoisCommand,
  openapiCommand,
  keysCommand,
  environmentsCommand,
  eventsCommand,
  subscribersCommand,
  checkKeyCommand,
  rotateKeyCommand,
  backupCommand,
  restoreCommand,
  exportCommand,
  importCommand,
]

/** Runs the command that `args` name, and resolves to its exit code. */
export async function runCommand(args: readonly string[]): Promise<ExitCode> {
  let exitCode: ExitCode = 0
  const program = createProgram(async (work) => {
    exitCode = await work()
  })
  try {
    await program.parseAsync([...args], { from: 'user' })
    return exitCode
  } catch (error) {
    // Commander has already printed what is wrong with the arguments.
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2
    console.error(explainFailure(error))
    return error instanceof ConfigError || error instanceof UsageError ? 2 : 1
  }
}

function createProgram(run: RunCommand): Command {
  const program = new Command('latch')
    .description(
      'Links your users to their Slack and Microsoft Teams identities: one executable, its data in ' +
        'one folder.',
    )
    .version(readVersion().version)
    .exitOverride()
    .showHelpAfterError('(latch --help lists the commands)')
    .addHelpText('after', EXAMPLES)
  for (const add of COMMANDS) add(program, run)
  return program
}

const EXAMPLES = `
Try it:
  latch sandbox

Check the setup:
  latch doctor

Run it:
  LATCH_PUBLIC_URL=https://latch.example.com latch serve --data-dir /var/lib/latch

Help for a command: latch <command> --help
Exit codes: 0 success, 1 failure, 2 wrong usage or configuration.`
