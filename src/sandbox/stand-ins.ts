import { createEntraSandbox } from './entra/app.ts'
import { CONTOSO, createEntraDirectory } from './entra/directory.ts'
import { SANDBOX } from './seed.ts'
import { createSlackSandbox } from './slack/app.ts'
import { ACME, createSlackDirectory } from './slack/directory.ts'

export type StandIn = { fetch(request: Request): Response | Promise<Response> }

export type StandInDeps = {
  /** The redirect URL that is registered with the stand-ins' apps. */
  redirectUri: string
  slackUrl: string
  entraUrl: string
  /** Milliseconds since 1970. */
  clock: () => number
  sleep: (ms: number) => Promise<void>
  randomId: (length: number) => string
}

/** Where the seeded apps are at home. */
export const HOMES = { workspace: ACME, homeTenantId: CONTOSO.id }

/** The providers, as far as this machine needs them: with the apps that the seed knows. */
export function createStandIns(deps: StandInDeps): { slack: StandIn; entra: StandIn } {
  const { redirectUri, slackUrl, entraUrl } = deps
  const { clientId, clientSecret, msteams } = SANDBOX
  return {
    slack: createSlackSandbox({
      ...deps,
      directory: createSlackDirectory({ clientId, clientSecret, redirectUri }),
      issuer: () => slackUrl,
    }),
    entra: createEntraSandbox({
      ...deps,
      directory: createEntraDirectory({ ...msteams, redirectUri }),
      address: () => entraUrl,
    }),
  }
}
