import type { Command } from 'commander'
import type { CommandOptions } from './command.ts'
import type { KeyOptions } from './keys.ts'
import { type RunCommand, withDataDir, withEnvironment, withExamples, withJson } from './words.ts'

/** The commands for who may use latch, and how its secrets are kept. */
export function addAdministration(program: Command, run: RunCommand): void {
  addKeys(program, run)
  addEnvironments(program, run)
  addSecretKey(program, run)
}

const administer = (command: Command): Command => withJson(withDataDir(command))

function addKeys(program: Command, run: RunCommand): void {
  const keys = program.command('keys').description('API keys: make, list and revoke them')
  const create = withJson(withEnvironment(keys.command('create')))
    .description('make a key, and print it this once')
    .option('--name <name>', 'what it is for')
    .option('--permission <what>', 'all, read, or links (make links and nothing else)')
    .option('--expires-in <days>', 'such as 90d; for ever if left out')
  withExamples(
    create,
    'latch keys create --name ci --permission links --expires-in 90d',
    'latch keys create --name backend --data-dir /var/lib/latch --json',
  ).action((options: KeyOptions) => run(async () => (await import('./keys.ts')).createKey(options)))

  const list = withJson(withEnvironment(keys.command('list'))).description(
    'list the keys of an environment, without the keys themselves',
  )
  withExamples(list, 'latch keys list --json').action((options: KeyOptions) =>
    run(async () => (await import('./keys.ts')).listKeys(options)),
  )

  const revoke = withJson(withEnvironment(keys.command('revoke')))
    .argument('<id>', 'as `latch keys list` shows it')
    .description('end a key')
  withExamples(revoke, 'latch keys revoke 68f0c1d2e3a4b5c6d7e8f901').action(
    (id: string, options: KeyOptions) =>
      run(async () => (await import('./keys.ts')).revokeKey(id, options)),
  )
}

function addEnvironments(program: Command, run: RunCommand): void {
  const environments = program
    .command('environments')
    .description('environments: tenants that share nothing but the executable')
  const create = administer(environments.command('create'))
    .argument('<name>', 'such as Staging')
    .description('make an environment')
  withExamples(create, 'latch environments create Staging').action(
    (name: string, options: CommandOptions) =>
      run(async () => (await import('./environments.ts')).createEnvironment(name, options)),
  )
  const list = administer(environments.command('list')).description('list them')
  withExamples(list, 'latch environments list --json').action((options: CommandOptions) =>
    run(async () => (await import('./environments.ts')).listEnvironments(options)),
  )
}

function addSecretKey(program: Command, run: RunCommand): void {
  const check = administer(program.command('check-key')).description(
    'prove that the secret key opens every secret that is stored',
  )
  withExamples(check, 'latch check-key --data-dir /var/lib/latch').action(
    (options: CommandOptions) =>
      run(async () => (await import('./secret-key.ts')).checkKey(options)),
  )
  const rotate = administer(program.command('rotate-key')).description(
    'replace the secret key and seal everything anew, also while latch runs',
  )
  withExamples(rotate, 'latch rotate-key --data-dir /var/lib/latch').action(
    (options: CommandOptions) =>
      run(async () => (await import('./secret-key.ts')).rotateKey(options)),
  )
}
