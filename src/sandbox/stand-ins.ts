import type {
  ProviderDefinition,
  Registry,
  RunningStandIn,
  StandIn,
  StandInDeps,
} from '../providers/definition.ts'

/** A provider with its stand-in, loaded and assigned to `url`, but not serving yet. */
export type PlacedStandIn = {
  provider: ProviderDefinition
  standIn: StandIn
  url: string
}

/** Loads every provider's stand-in; `place` returns the URL of each by its index. */
export const loadStandIns = (
  registry: Registry,
  place: (position: number) => string,
): Promise<PlacedStandIn[]> =>
  Promise.all(
    registry.map(async (provider, position) => ({
      provider,
      url: place(position),
      standIn: await provider.standIn.load(),
    })),
  )

/** The base URLs that a latch needs in its configuration to talk to the stand-ins. */
export const standInAddresses = (placed: readonly PlacedStandIn[]): Record<string, string> =>
  Object.assign({}, ...placed.map(({ provider, url }) => provider.standIn.addresses(url)))

export const createStandIn = (
  { standIn, url }: PlacedStandIn,
  deps: Omit<StandInDeps, 'url'>,
): RunningStandIn => standIn.create({ ...deps, url })
