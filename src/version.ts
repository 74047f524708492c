import packageJson from '../package.json' with { type: 'json' }

/** Put in by the build; absent when latch runs from its source. */
declare const LATCH_COMMIT: string | undefined

export type Version = {
  version: string
  commit: string
  bun: string
  /** The client, and so the database engine that comes with it. */
  libsql: string
}

export const readVersion = (): Version => ({
  version: packageJson.version,
  commit: typeof LATCH_COMMIT === 'string' ? LATCH_COMMIT : 'source',
  bun: Bun.version,
  libsql: packageJson.dependencies['@libsql/client'],
})
