import type { Settings } from '../config.ts'
import type { Fetch } from './call-provider.ts'
import { createMsTeams } from './msteams.ts'
import type { Provider } from './provider.ts'
import { createSlack } from './slack.ts'

/** The providers that latch can link with, by id. Adding one is a file and a line here. */
export type Providers = ReadonlyMap<string, Provider>

export function createProviders(
  settings: Pick<Settings, 'slackUrl' | 'entraUrl' | 'graphUrl'>,
  fetch: Fetch,
  clock: () => number,
): Providers {
  const providers = [
    createSlack(settings.slackUrl, fetch, clock),
    createMsTeams(settings, fetch, clock),
  ]
  return new Map(providers.map((provider) => [provider.id, provider]))
}
