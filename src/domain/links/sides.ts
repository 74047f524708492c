import type { Deps } from '../../deps.ts'
import type { Identity, Provider } from '../../providers/provider.ts'
import type { Endpoint } from '../../store/endpoints/endpoints.ts'
import type { Integration } from '../../store/integrations/integrations.ts'
import type { Subscriber } from '../../store/subscribers/subscribers.ts'
import type { KnownLink } from './known-link.ts'
import { inOneLine } from './one-line.ts'

/** What a page shows of both sides of a link. All of it is text of one line. */
export type BothSides = {
  /** The provider's name, such as Slack. */
  provider: string
  /** What the user knows as the company's product; null if the operator has not named it. */
  product: string | null
  person: Person
  account: Account
}

/** The chat user: what the provider calls them, and where they are. */
export type Person = {
  name: string | null
  /** What they sign in with, where the provider says it. */
  signInName: string | null
  userId: string
  workspace: string
}

/** The account of the company's product. `unnamed`: all that is known of it is an id. */
export type Account =
  | { kind: 'named'; name: string; email: string | null }
  | { kind: 'unnamed'; id: string }

/** Both sides of a link by which a user is to be linked, or was; null if something of it is gone. */
export async function sidesOf(
  deps: Pick<Deps, 'store'>,
  link: KnownLink,
  identity: Identity,
): Promise<BothSides | null> {
  const { workspace, userId, name, signInName } = identity
  return withPerson(link, {
    name: oneLineOrNull(name),
    signInName: oneLineOrNull(signInName),
    userId: inOneLine(userId) ?? '',
    workspace: await workspaceNamed(deps, link, workspace),
  })
}

/** The same for a user who was linked before: their name is not stored, so that they are their id. */
export async function sidesOfLinked(
  deps: Pick<Deps, 'store'>,
  link: KnownLink,
  { chatUserId, workspaceId }: Pick<Endpoint, 'chatUserId' | 'workspaceId'>,
): Promise<BothSides | null> {
  if (chatUserId === null) return null
  const id = workspaceId ?? ''
  return sidesOf(deps, link, { userId: chatUserId, workspace: { id, name: null } })
}

function withPerson(link: KnownLink, person: Person): BothSides | null {
  const { provider, integration } = link
  const account = accountOf(link)
  if (provider === undefined || integration === null || account === null) return null
  return { provider: provider.name, product: productOf(provider, integration), person, account }
}

/**
 * The name of the integration. Its default, the provider's own name, must not stand for the product:
 * all users have just come from the provider.
 */
export function productOf(
  { name, title }: Pick<Provider, 'name' | 'title'>,
  integration: Pick<Integration, 'name'>,
): string | null {
  const product = inOneLine(integration.name)
  return product === name || product === title ? null : product
}

/** Only what the company itself says names an account, with the link or with the subscriber. */
export function accountOf({ claims, subscriber }: KnownLink): Account | null {
  const display = oneLineOrNull(claims.display)
  if (display !== null) return { kind: 'named', name: display, email: null }
  if (subscriber === null) return null
  const email = inProfile(subscriber, 'email')
  const names = ['firstName', 'lastName'].map((name) => inProfile(subscriber, name))
  const name = oneLineOrNull(names.filter((each) => each !== null).join(' '))
  if (name !== null) return { kind: 'named', name, email }
  if (email !== null) return { kind: 'named', name: email, email: null }
  return { kind: 'unnamed', id: inOneLine(subscriber.subscriberId) ?? '' }
}

function inProfile({ profile }: Subscriber, name: string): string | null {
  const value = profile[name]
  return typeof value === 'string' ? inOneLine(value) : null
}

/** Microsoft names no tenant, but a connection may have a name. */
async function workspaceNamed(
  { store }: Pick<Deps, 'store'>,
  { claims, integration }: KnownLink,
  { id, name }: Identity['workspace'],
): Promise<string> {
  const named = oneLineOrNull(name)
  if (named !== null || integration === null) return named ?? id
  const { connectionIdentifier } = claims
  const connection =
    connectionIdentifier === null
      ? null
      : await store.connections.find(integration.id, connectionIdentifier)
  return oneLineOrNull(connection?.workspaceName) ?? inOneLine(id) ?? ''
}

const oneLineOrNull = (text: string | null | undefined): string | null =>
  text === null || text === undefined ? null : inOneLine(text)
