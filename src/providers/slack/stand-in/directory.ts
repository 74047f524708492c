/** An app as it is registered at api.slack.com. */
export type SlackApp = {
  id: string
  name: string
  clientId: string
  clientSecret: string
  redirectUris: readonly string[]
  /** Whether its tokens rotate; Slack does not let an app turn that off again. */
  rotates: boolean
}
export type SlackWorkspace = { id: string; name: string }
export type SlackUser = { id: string; teamId: string; name: string }

/** Who and what the stand-in knows. */
export type SlackDirectory = {
  apps: readonly SlackApp[]
  workspaces: readonly SlackWorkspace[]
  users: readonly SlackUser[]
}

export const ACME: SlackWorkspace = { id: 'T0ACME0001', name: 'Acme Corp' }
const OTHER: SlackWorkspace = { id: 'T0OTHER002', name: 'Other Company' }

/** The client id of the same app with token rotation on. */
export const rotatingClientId = (clientId: string): string => `${clientId}9`

/** An app, once with token rotation and once without, and made-up people: three who work at Acme, and one who does not. */
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
