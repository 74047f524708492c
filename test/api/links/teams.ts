import { createEntraDirectory } from '../../../src/providers/msteams/stand-in/directory.ts'
import { SANDBOX } from '../../harness/sandbox.ts'
import type { TestService } from '../../harness/service.ts'

const { users } = createEntraDirectory({ clientId: '', clientSecret: '', redirectUri: '' })
const [adele, lee, megan] = users.map(({ id }) => id)
/** An administrator of Contoso, by the user id at Entra. */
export const ADELE = String(adele)
/** A user of Contoso. */
export const LEE = String(lee)
/** An administrator of Fabrikam. */
export const MEGAN = String(megan)

export const TEAMS = { integrationIdentifier: SANDBOX.msteams.integrationIdentifier }
export const CONNECT_PATH = '/v1/integrations/channel-connections/oauth'

let count = 0
/** A context of its own keeps what one test stores from the next. */
export const ownContext = (): { context: Record<string, string>; query: string } => {
  count += 1
  return { context: { t: `n${count}` }, query: `contextKeys=t:n${count}` }
}

/** Asks for the link by which an administrator connects their tenant. */
export async function connectTenant(
  { api }: Pick<TestService, 'api'>,
  changes: Record<string, unknown> = {},
): Promise<URL> {
  const { status, body, text } = await api('POST', CONNECT_PATH, {
    ...TEAMS,
    subscriberId: SANDBOX.subscriberId,
    ...changes,
  })
  if (status !== 201) throw new Error(`no link: ${status} ${text}`)
  return new URL((body as { url: string }).url)
}
