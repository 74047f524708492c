import type { Command } from 'commander'
import type { CommandOptions } from './command.ts'
import type { ExportOptions } from './export.ts'
import type { ImportOptions } from './import.ts'
import { type RunCommand, withDataDir, withEnvironment, withExamples, withJson } from './words.ts'

/** The commands that take data out and bring it in. */
export function addData(program: Command, run: RunCommand): void {
  const backup = withJson(withDataDir(program.command('backup')))
    .argument('<file>', 'the new file')
    .description('write a copy of the database and verify it, also while latch runs')
  withExamples(backup, 'latch backup --data-dir /var/lib/latch latch-2026-11-24.db').action(
    (file: string, options: CommandOptions) =>
      run(async () => (await import('./data.ts')).backup(file, options)),
  )
  const restore = withJson(withDataDir(program.command('restore')))
    .argument('<file>', 'what `latch backup` wrote')
    .description('prove a backup, then put it in the place of the database')
  withExamples(restore, 'latch restore --data-dir /var/lib/latch latch-2026-11-24.db').action(
    (file: string, options: CommandOptions) =>
      run(async () => (await import('./data.ts')).restore(file, options)),
  )
  addTransfer(program, run)
}

function addTransfer(program: Command, run: RunCommand): void {
  const exporting = withEnvironment(program.command('export'))
    .argument('[file]', 'where to write; standard output if left out')
    .option('--with-secrets', 'client secrets and tokens as well, in clear')
    .description(
      'write integrations, subscribers, contexts, connections and endpoints as JSON lines',
    )
  withExamples(
    exporting,
    'latch export --data-dir /var/lib/latch --with-secrets latch.jsonl',
  ).action((file: string | undefined, options: ExportOptions) =>
    run(async () => (await import('./export.ts')).exportData(file, options)),
  )
  const importing = withJson(withEnvironment(program.command('import')))
    .argument('[file]', 'what `latch export` wrote')
    .option('--from-novu <url>', 'read from a Novu deployment instead; its key in NOVU_SECRET_KEY')
    .description('store what was exported; what is there already stays as it is')
  withExamples(
    importing,
    'latch import --data-dir /var/lib/latch latch.jsonl',
    'NOVU_SECRET_KEY=… latch import --from-novu https://api.novu.co',
  ).action((file: string | undefined, options: ImportOptions) =>
    run(async () => (await import('./import.ts')).importData(file, options)),
  )
}
