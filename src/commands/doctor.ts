import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { ConfigError, readConfig, type Settings } from '../config.ts'
import type { ConfigProblem } from '../config-reader.ts'
import { callbackUrl } from '../domain/links/addresses.ts'
import { createProviders } from '../providers/create-providers.ts'
import { type Finding, failed, ok, warning } from '../providers/diagnostics.ts'
import { REGISTRY } from '../providers/registry.ts'
import { type CommandOptions, defineCommand } from './define-command.ts'
import { explainFailure } from './explain-failure.ts'
import { withDataDir, withJson } from './options.ts'
import { ownUrl } from './own-url.ts'

type DoctorOptions = CommandOptions & { config?: boolean }

type Found = Finding & { subject: string }
type DoctorReport = { findings: Found[]; setUps: { title: string; text: string }[] }

/**
 * Checks whether links will work, and says how to fix what is wrong. Exits with 1 if a check failed.
 * With `--config`, it checks only the configuration.
 */
export const doctorCommand = defineCommand({
  name: 'doctor',
  description: 'check the configuration, the data and the provider credentials',
  declare: (command) =>
    withJson(withDataDir(command))
      .option('--config', 'check only the configuration')
      .option('--public-url <url>', 'the address at which users reach latch (LATCH_PUBLIC_URL)'),
  examples: ['latch doctor --data-dir /var/lib/latch', 'latch doctor --config'],
  run: async (options: DoctorOptions) => {
    const settings = readSettings(options)
    const found = 'problems' in settings ? settings.problems : settings.settingWarnings.map(unknown)
    const configuration = about('configuration', found.length === 0 ? [FINE] : found)
    if ('problems' in settings || options.config) {
      print({ findings: configuration, setUps: [] }, options)
      return 'problems' in settings ? 2 : 0
    }
    const isThere = settings.database !== null || existsSync(join(settings.dataDir, 'latch.db'))
    const { findings, setUps } = await (isThere
      ? checkService(options)
      : checkWithoutData(settings))
    print({ findings: [...configuration, ...findings], setUps }, options)
    return findings.some(({ status }) => status === 'failed') ? 1 : 0
  },
})

/** The checks that are possible before the first start. */
async function checkWithoutData(settings: Settings): Promise<DoctorReport> {
  const { dataDir, publicUrl } = settings
  const remedy = 'Start `latch serve` once to create it, or choose another with --data-dir.'
  const redirectUri = callbackUrl({ publicUrl: publicUrl ?? ownUrl(settings) })
  const providers = await createProviders(REGISTRY, settings.providerUrls, fetch, Date.now)
  return {
    findings: about('data directory', [failed(`there is no latch data in ${dataDir}`, remedy)]),
    setUps: [...providers.values()].map((provider) => provider.setupInstructions(redirectUri)),
  }
}

const FINE = ok('all settings are valid')

const wrong = ({ name, problem, fix }: ConfigProblem): Finding => failed(`${name}: ${problem}`, fix)

const unknown = ({ name, problem, fix }: ConfigProblem): Finding =>
  warning(`${name}: ${problem}`, fix)

const about = (subject: string, findings: readonly Finding[]): Found[] =>
  findings.map((finding) => ({ subject, ...finding }))

function readSettings(options: DoctorOptions): Settings | { problems: Finding[] } {
  try {
    return readConfig(process.env, options, { dataDir: 'latch-data' })
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error
    return { problems: [...error.problems.map(wrong), ...error.settingWarnings.map(unknown)] }
  }
}

/** Imports late, so that a database engine that cannot be loaded is reported as a finding. */
async function checkService(options: DoctorOptions): Promise<DoctorReport> {
  try {
    const { doctorAction } = await import('../operator/doctor.ts')
    const { runAction } = await import('./run-action.ts')
    return await runAction(options, doctorAction, {})
  } catch (error) {
    const [message = '', ...remedies] = explainFailure(error)
      .replace(/^latch: /, '')
      .split('\n')
    const finding = failed(message, remedies.join(' ') || 'See above.')
    return { findings: about('data', [finding]), setUps: [] }
  }
}

function print({ findings, setUps }: DoctorReport, { json }: DoctorOptions): void {
  if (json) {
    console.log(JSON.stringify({ findings, setUps }))
    return
  }
  for (const { subject, status, message, remedy } of findings) {
    console.log(`${status.padEnd(8)} ${subject}: ${message}`)
    if (remedy !== null) console.log(`${' '.repeat(9)}→ ${remedy}`)
  }
  for (const { title, text } of setUps) console.log(`\n${title}\n\n${text}`)
}
