import packageJson from '../package.json' with { type: 'json' }

/** Put in by the build; absent when latch runs from its source. */
declare const LATCH_COMMIT: string | undefined

export type Version = { version: string; commit: string; bun: string }

export const readVersion = (): Version => ({
  version: packageJson.version,
  commit: typeof LATCH_COMMIT === 'string' ? LATCH_COMMIT : 'source',
  bun: Bun.version,
})
