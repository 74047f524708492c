import type { ProviderDefinition } from '../../../src/providers/definition.ts'

/** A made-up provider. It shows what adding one takes: this folder, and a line. */
export const toy: ProviderDefinition = {
  id: 'toy',
  name: 'Toy Chat',
  title: 'Toy',
  addresses: {
    toy: { variable: 'LATCH_TOY_URL', fallback: 'https://toy.example', help: 'for another box' },
  },
  flags: [{ flag: '--box <name>', credential: 'box', help: 'Toy: the box that the app is in' }],
  standIn: {
    name: 'Toy Chat',
    urlName: 'toyUrl',
    addresses: (url) => ({ toy: url }),
    load: async () => (await import('./stand-in/stand-in.ts')).toyStandIn,
  },
  load: async () => (await import('./toy.ts')).createToy,
}
