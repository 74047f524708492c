import { Command, CommanderError } from 'commander'
import { ConfigError } from '../config.ts'
import { UsageError } from '../operator/usage-error.ts'
import { readVersion } from '../version.ts'
import type { ExitCode } from './command.ts'
import { explainFailure } from './explain-failure.ts'
import { addAdministration } from './program-administration.ts'
import { addData } from './program-data.ts'
import { addService } from './program-service.ts'
import { addSetUp } from './program-setup.ts'
import type { RunCommand } from './words.ts'

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
  addService(program, run)
  addSetUp(program, run)
  addAdministration(program, run)
  addData(program, run)
  return program
}

const EXAMPLES = `
Try it:
  latch sandbox

Will it work?
  latch doctor

Run it:
  LATCH_PUBLIC_URL=https://latch.example.com latch serve --data-dir /var/lib/latch

Every command explains itself: latch <command> --help.
Exit codes: 0 done, 1 failed, 2 wrong use or configuration.`
