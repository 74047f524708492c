import type {
  ChatUser,
  Credentials,
  EndpointType,
  Provider,
  ProviderCredentials,
} from './provider.ts'

type Providers = ReadonlyMap<string, Provider>

/** Every provider-specific credential, with its schema. */
export const providerCredentials = (providers: Providers): ProviderCredentials =>
  Object.assign({}, ...[...providers.values()].map(({ credentials }) => credentials))

/** The part of an integration's credentials that is specific to this provider. */
export function pickProviderCredentials(
  { credentials: schemas }: Provider,
  credentials: Credentials,
): Credentials {
  const part: Record<string, string | boolean> = {}
  for (const name in schemas) {
    const value = credentials[name]
    if (value !== undefined) part[name] = value
  }
  return part
}

/** `person`: an identity, which identifies a subscriber. `destination`: any other place. */
export type EndpointKind = 'person' | 'destination'

/** The endpoint types of all providers, in order from the most to the least public. */
export const endpointTypes = (providers: Providers): readonly EndpointType[] =>
  [...providers.values()].flatMap(({ endpoints }) => [...endpoints.destinations, endpoints.person])

/** The kind of an endpoint type; a type that belongs to no provider is a destination. */
export const endpointKind = (providers: Providers, type: string): EndpointKind =>
  [...providers.values()].some(({ endpoints }) => endpoints.person.type === type)
    ? 'person'
    : 'destination'

/**
 * The chat user that an endpoint stands for, given the workspace that it is used in, if known. Null
 * for a destination.
 */
export function chatUserOf(
  providers: Providers,
  { type, value }: { type: string; value: Readonly<Record<string, unknown>> },
  workspaceId: string | null,
): ChatUser | null {
  const provider = [...providers.values()].find(({ endpoints }) => endpoints.person.type === type)
  return provider?.endpoints.person.chatUserOf(value, workspaceId) ?? null
}

/** Finds a provider by its display name. */
export const providerNamed = (providers: Providers, name: string): Provider | undefined =>
  [...providers.values()].find((provider) => provider.name === name)
