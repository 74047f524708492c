import packageJson from '../package.json' with { type: 'json' }

/** Defined by the build; undefined when latch runs from its source. */
declare const LATCH_COMMIT: string | undefined

export type Version = {
  version: string
  commit: string
  bun: string
  /** The version of the libSQL client, which includes the database engine. */
  libsql: string
}

export const readVersion = (): Version => ({
  version: packageJson.version,
  commit: typeof LATCH_COMMIT === 'string' ? LATCH_COMMIT : 'source',
  bun: Bun.version,
  libsql: packageJson.dependencies['@libsql/client'],
})
