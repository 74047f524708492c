import { createEntraDirectory } from '../../../src/providers/msteams/stand-in/directory.ts'
import { SANDBOX } from '../../harness/sandbox.ts'
import type { TestService } from '../../harness/service.ts'

const { users } = createEntraDirectory({ clientId: '', clientSecret: '', redirectUri: '' })
const [adele, lee, megan, diego, pradeep, joni, isaiah, nestor] = users.map(({ id }) => id)
/** A Global Administrator of Contoso, by the user id at Entra. */
export const ADELE = String(adele)
/** A user of Contoso. */
export const LEE = String(lee)
/** A Privileged Role Administrator of Fabrikam. */
export const MEGAN = String(megan)
/** A user of Fabrikam. */
export const DIEGO = String(diego)
/** An Application Administrator of Contoso. */
export const PRADEEP = String(pradeep)
/** A Teams Administrator of Contoso, which may not consent to apps. */
export const JONI = String(joni)
/** A guest of Contoso. */
export const ISAIAH = String(isaiah)
/** A guest of Contoso whom it made a Global Administrator. */
export const NESTOR = String(nestor)

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

/** The address with which a browser brings word of a consent, true or not. */
export const wordOfConsent = (link: URL, tenant: string): string => {
  const { redirect_uri, state } = Object.fromEntries(link.searchParams)
  return `${redirect_uri}?${new URLSearchParams({ admin_consent: 'True', tenant, state: String(state) })}`
}

/** Brings word of a consent, and signs in: returns the address of the second callback. */
export async function signInAfter(
  { open, consent }: Pick<TestService, 'open' | 'consent'>,
  word: string,
  user: string,
): Promise<string> {
  const { status, headers, text } = await open(word)
  const signIn = URL.parse(headers.get('location') ?? '')
  if (status !== 302 || !signIn?.pathname.endsWith('/authorize')) {
    throw new Error(`no sign-in: ${status} ${text}`)
  }
  return consent(signIn, { user })
}

/** Consents as an administrator and signs in as the same: returns the address of the second callback. */
export const consentAsAdmin = async (
  service: Pick<TestService, 'open' | 'consent'>,
  link: URL,
  user: string = ADELE,
): Promise<string> => signInAfter(service, await service.consent(link, { user }), user)
