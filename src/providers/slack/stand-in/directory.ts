/** An app registered at api.slack.com. */
export type SlackApp = {
  id: string
  name: string
  clientId: string
  clientSecret: string
  redirectUris: readonly string[]
  /** Whether its tokens rotate. At Slack, rotation cannot be turned off again. */
  rotates: boolean
}
export type SlackWorkspace = { id: string; name: string }
export type SlackUser = { id: string; teamId: string; name: string }

/** The apps, workspaces and users that the stand-in knows. */
export type SlackDirectory = {
  apps: readonly SlackApp[]
  workspaces: readonly SlackWorkspace[]
  users: readonly SlackUser[]
}

export const ACME: SlackWorkspace = { id: 'T0ACME0001', name: 'Acme Corp' }
const OTHER: SlackWorkspace = { id: 'T0OTHER002', name: 'Other Company' }

/** The client id of the variant of the app with token rotation on. */
export const rotatingClientId = (clientId: string): string => `${clientId}9`

/**
 * An app, once with token rotation and once without, and made-up users: three at Acme, and one
 * elsewhere.
 */
export function createSlackDirectory(app: {
  clientId: string
  clientSecret: string
  redirectUri: string
}): SlackDirectory {
  const { clientId, clientSecret, redirectUri } = app
  const registered = { name: 'Your app', clientId, clientSecret, redirectUris: [redirectUri] }
  return {
    apps: [
      { ...registered, id: 'A0LATCH001', rotates: false },
      { ...registered, id: 'A0ROTATE02', clientId: rotatingClientId(clientId), rotates: true },
    ],
    workspaces: [ACME, OTHER],
    users: [
      { id: 'U0ADA00001', teamId: ACME.id, name: 'Ada Lovelace' },
      { id: 'U0GRACE002', teamId: ACME.id, name: 'Grace Hopper' },
      { id: 'U0ALAN0003', teamId: ACME.id, name: 'Alan Turing' },
      { id: 'U0MALLORY4', teamId: OTHER.id, name: 'Mallory Moore' },
    ],
  }
}
