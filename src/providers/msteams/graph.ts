import { Type } from '@sinclair/typebox'
import { Value } from '@sinclair/typebox/value'
import { callProvider, type Fetch, type ProviderResponse } from '../call-provider.ts'
import type { BotInstallation, ProviderApp } from '../provider.ts'

const Catalog = Type.Object({ value: Type.Array(Type.Object({ id: Type.String() })) })

type Installation = {
  token: string
  app: Pick<ProviderApp, 'clientId'>
  user: { userId: string }
}

export type CatalogEntry = { kind: 'found'; id: string } | { kind: 'not_yet'; problem: string }

const notYet = (problem: string) => ({ kind: 'not_yet', problem }) as const

/**
 * Installs the bot in a user's chat
 * (https://learn.microsoft.com/graph/api/userteamwork-post-installedapps): finds the app in the
 * organisation's catalogue, then installs it. An app that is already installed counts as success.
 */
export async function installTeamsApp(
  fetch: Fetch,
  graphUrl: string,
  { token, app, user }: Installation,
): Promise<BotInstallation> {
  const appId = await findTeamsApp(fetch, graphUrl, { token, app })
  if (appId.kind !== 'found') return appId

  const installUrl = `${graphUrl}/v1.0/users/${user.userId}/teamwork/installedApps`
  const bind = `${catalogUrl(graphUrl)}/${appId.id}`
  const body = JSON.stringify({ 'teamsApp@odata.bind': bind })
  const headers = headersOf(token)
  return readInstallation(await callProvider(fetch, installUrl, { method: 'POST', headers, body }))
}

const catalogUrl = (graphUrl: string): string => `${graphUrl}/v1.0/appCatalogs/teamsApps`
const headersOf = (token: string) => ({
  authorization: `Bearer ${token}`,
  'content-type': 'application/json',
})

/** Finds the Teams app in an organisation's catalogue that belongs to the Entra app. */
export async function findTeamsApp(
  fetch: Fetch,
  graphUrl: string,
  { token, app }: Omit<Installation, 'user'>,
): Promise<CatalogEntry> {
  const query = new URLSearchParams({
    $filter: `externalId eq '${app.clientId}' and distributionMethod eq 'organization'`,
  })
  const url = `${catalogUrl(graphUrl)}?${query}`
  return readCatalog(await callProvider(fetch, url, { method: 'GET', headers: headersOf(token) }))
}

function readCatalog(answer: ProviderResponse): CatalogEntry {
  if (answer.kind === 'unavailable')
    return notYet(`Microsoft Graph does not respond: ${answer.reason}`)
  if (answer.status === 403) {
    return notYet('The application permission AppCatalog.Read.All is missing, or not yet in effect')
  }
  if (answer.status !== 200 || !Value.Check(Catalog, answer.body)) {
    return notYet(
      `Microsoft Graph responded to the search in the app catalogue with status ${answer.status}`,
    )
  }
  const [entry] = answer.body.value
  if (entry === undefined) {
    return notYet("The Teams app is not in the organisation's catalogue: upload it there")
  }
  return { kind: 'found', id: entry.id }
}

function readInstallation(answer: ProviderResponse): BotInstallation {
  if (answer.kind === 'unavailable')
    return notYet(`Microsoft Graph does not respond: ${answer.reason}`)
  const { status } = answer
  if (status === 201 || status === 200 || status === 409) return { kind: 'reachable' }
  if (status === 403) {
    const permission = 'TeamsAppInstallation.ReadWriteSelfForUser.All'
    return notYet(`The application permission ${permission} is missing, or not yet in effect`)
  }
  if (status === 404) return notYet('Microsoft Graph does not find the user or the app')
  return notYet(`Microsoft Graph responded to the installation with status ${status}`)
}
