import type { Command } from 'commander'
import type { Flags } from '../config.ts'

/** 0 done, 1 failed, 2 wrong use or configuration: scripts rely on these. */
export type ExitCode = 0 | 1 | 2

/** The flags that most commands take; they take precedence over environment variables. */
export type CommandOptions = Flags & { json?: boolean }

/** Runs a command's work and keeps its exit code. */
export type RunCommand = (work: () => Promise<ExitCode>) => Promise<void>

/** Adds a command to its parent: to `latch` itself, or to a group such as `latch keys`. */
export type AddCommand = (parent: Command, run: RunCommand) => void

export type CommandDefinition<Args extends unknown[]> = {
  name: string
  description: string
  /** Declares arguments and options, in the order in which the help lists them. */
  declare(command: Command): Command
  /** Whole command lines, shown at the end of the help. */
  examples: readonly string[]
  /**
   * Does the work. Gets the arguments in order, then the options. The file of a command is loaded at
   * every start, so `run` imports what is large (the store, the domain, the service) when it needs it:
   * `latch --help` and `latch version` also work where the database engine cannot be loaded.
   */
  run(...args: Args): Promise<ExitCode>
}

/** A command: its name, its help and its work. `program.ts` lists them. */
export function defineCommand<Args extends unknown[]>({
  name,
  description,
  declare,
  examples,
  run: work,
}: CommandDefinition<Args>): AddCommand {
  const lines = examples.map((example) => `  ${example}`).join('\n')
  return (parent, run) => {
    declare(parent.command(name))
      .description(description)
      .addHelpText('after', `\nExamples:\n${lines}`)
      .action((...args: Args) => run(() => work(...args)))
  }
}

/** Commands under one name, such as `latch keys create` and `latch keys list`. */
export function defineGroup({
  name,
  description,
  commands,
}: {
  name: string
  description: string
  commands: readonly AddCommand[]
}): AddCommand {
  return (parent, run) => {
    const group = parent.command(name).description(description)
    for (const add of commands) add(group, run)
  }
}
