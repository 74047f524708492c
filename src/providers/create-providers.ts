import type { Fetch } from './call-provider.ts'
import type { Registry } from './definition.ts'
import type { Provider } from './provider.ts'

/** The providers that latch can link with, by id. */
export type Providers = ReadonlyMap<string, Provider>

/**
 * Loads every provider of the registry. `urls` maps the name of each address that they declare to
 * its base URL.
 */
export async function createProviders(
  registry: Registry,
  urls: Readonly<Record<string, string>>,
  fetch: Fetch,
  clock: () => number,
): Promise<Providers> {
  const address = (name: string): string => {
    const url = urls[name]
    if (url === undefined) throw new Error(`no provider declares a base URL named ${name}`)
    return url
  }
  const providers = await Promise.all(
    registry.map(async ({ id, name, title, load }): Promise<Provider> => {
      const create = await load()
      return { id, name, title, ...create({ address, fetch, clock }) }
    }),
  )
  return new Map(providers.map((provider) => [provider.id, provider]))
}
