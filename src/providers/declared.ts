import type { Credentials, EndpointType, OwnCredentials, Provider } from './provider.ts'

type Providers = ReadonlyMap<string, Provider>

/** The credentials that are some provider's own, each with its schema. */
export const ownCredentials = (providers: Providers): OwnCredentials =>
  Object.assign({}, ...[...providers.values()].map(({ credentials }) => credentials))

/** The part of an integration's credentials that is this provider's own. */
export function ownPartOf({ credentials: own }: Provider, credentials: Credentials): Credentials {
  const part: Record<string, string | boolean> = {}
  for (const name in own) {
    const value = credentials[name]
    if (value !== undefined) part[name] = value
  }
  return part
}

/** `person`: an identity, by which a subscriber is known. `destination`: any other place. */
export type EndpointKind = 'person' | 'destination'

/** The types of endpoints that providers have, the more public first. */
export const endpointTypes = (providers: Providers): readonly EndpointType[] =>
  [...providers.values()].flatMap(({ endpoints }) => [...endpoints.destinations, endpoints.person])

/** The kind of an endpoint; a type that belongs to no provider is a destination. */
export const endpointKind = (providers: Providers, type: string): EndpointKind =>
  [...providers.values()].some(({ endpoints }) => endpoints.person.type === type)
    ? 'person'
    : 'destination'

/** The provider that people know by this name. */
export const providerNamed = (providers: Providers, name: string): Provider | undefined =>
  [...providers.values()].find((provider) => provider.name === name)
