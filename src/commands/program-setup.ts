import type { Command } from 'commander'
import { REGISTRY } from '../providers/registry.ts'
import type { DoctorOptions } from './doctor.ts'
import type { IntegrationOptions } from './integrations.ts'
import type { OpenApiOptions } from './openapi.ts'
import {
  type RunCommand,
  withDataDir,
  withEnvironment,
  withExamples,
  withJson,
  withUnusedDataDir,
} from './words.ts'

/** The commands for setting latch up, and finding out whether it is. */
export function addSetUp(program: Command, run: RunCommand): void {
  addIntegrations(program, run)
  const doctor = withJson(withDataDir(program.command('doctor')))
    .option('--config', 'read the configuration, and look no further')
    .option('--public-url <url>', 'how users reach latch (LATCH_PUBLIC_URL)')
    .description('will a link work? Looks at the machine, the data and the providers')
  withExamples(doctor, 'latch doctor --data-dir /var/lib/latch', 'latch doctor --config').action(
    (options: DoctorOptions) => run(async () => (await import('./doctor.ts')).doctor(options)),
  )
  const openapi = withUnusedDataDir(program.command('openapi'))
    .option('--yaml', 'as YAML')
    .option('--public-url <url>', 'the address to put into it (LATCH_PUBLIC_URL)')
    .description('print the description of the API (OpenAPI 3.1)')
  withExamples(openapi, 'latch openapi > openapi.json', 'latch openapi --yaml').action(
    (options: OpenApiOptions) =>
      run(async () => (await import('./openapi.ts')).printOpenApi(options)),
  )
}

function addIntegrations(program: Command, run: RunCommand): void {
  const integrations = program
    .command('integrations')
    .description('the apps at Slack and Microsoft that links go through')
  const secretFile = [
    '--client-secret-file <file>',
    'where the client secret is, - for input',
  ] as const
  const create = withJson(withEnvironment(integrations.command('create')))
    .argument('<provider>', REGISTRY.map(({ id }) => id).join(' or '))
    .requiredOption('--client-id <id>', "the app's client id")
    .option(...secretFile)
    .option('--identifier <name>', 'what backends call it; the provider if left out')
    .description('make latch know an app')
  for (const { flag, help } of REGISTRY.flatMap(({ flags }) => flags)) create.option(flag, help)
  withExamples(
    create,
    'latch integrations create slack --client-id 123.456 --client-secret-file slack.secret',
    'pass slack | latch integrations create slack --client-id 123.456 --client-secret-file -',
  ).action((provider: string, options: IntegrationOptions) =>
    run(async () => (await import('./integrations.ts')).createIntegration(provider, options)),
  )
  const list = withJson(withEnvironment(integrations.command('list'))).description('list them')
  withExamples(list, 'latch integrations list --json').action((options: IntegrationOptions) =>
    run(async () => (await import('./integrations.ts')).listIntegrations(options)),
  )
  const setSecret = withJson(withEnvironment(integrations.command('set-secret')))
    .argument('<identifier>', 'as `latch integrations list` shows it')
    .option(...secretFile)
    .description('put another client secret in, as when the old one expires')
  withExamples(
    setSecret,
    'latch integrations set-secret msteams --client-secret-file entra.secret',
  ).action((identifier: string, options: IntegrationOptions) =>
    run(async () => (await import('./integrations.ts')).setClientSecret(identifier, options)),
  )
}
