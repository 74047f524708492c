import { existsSync, readFileSync, statSync } from 'node:fs'
import { isIP } from 'node:net'
import { type MasterKeys, parseMasterKeys } from './secrets/master-keys.ts'
import { exposureOf } from './secrets/private-files.ts'

export type EnvironmentVariables = Readonly<Record<string, string | undefined>>

export type ConfigProblem = { name: string; problem: string; fix: string }

/** A secret value, and the setting or credential that it was read from. */
export type Secret = { from: string; text: string }

export type Address = { host: string; port: number }

const LOOPBACK = /^(localhost|127(\.\d{1,3}){3}|\[?::1\]?)$/

export const isLoopback = (host: string): boolean => LOOPBACK.test(host)

/** Reads settings by name and collects every mistake, so that all are reported at once. */
export function createReader(environment: EnvironmentVariables) {
  const problems: ConfigProblem[] = []
  const secretFiles: string[] = []
  const addProblem = (name: string, problem: string, fix: string): void => {
    problems.push({ name, problem, fix })
  }
  // Refuse only files that every user may write to. A secret that others can read is normal where a
  // container gets it by a mount, so that is only a warning (src/operator/check-machine.ts).
  const requireNotWorldWritable = (name: string, path: string): void => {
    if (exposureOf(statSync(path).mode) !== 'all_write') return
    addProblem(name, `every user of this machine can write to ${path}`, `chmod 600 ${path}`)
  }
  // Every name that was looked up, set or not: these are the settings that latch knows.
  const known = new Set<string>()
  // An empty value counts as unset: templates often leave one behind.
  const get = (name: string): string | undefined => {
    known.add(name)
    return environment[name] || undefined
  }

  return {
    problems,
    /** The files from which secrets have been read so far. */
    secretFiles,
    addProblem,
    text(name: string, fallback: string, flag?: string): string {
      const text = get(name)
      return flag ?? text ?? fallback
    },

    /**
     * Variables that begin with `prefix` and were never looked up, except those that `othersOwn`
     * says belong to other software. Call it after all settings have been read.
     */
    unknown: (prefix: string, othersOwn: (name: string) => boolean): ConfigProblem[] =>
      Object.keys(environment)
        .filter((name) => name.startsWith(prefix) && environment[name])
        .filter((name) => !known.has(name) && !othersOwn(name))
        .sort()
        .map((name) => unknownSetting(name, nearestName(name, known))),

    /** Those of these variables that are set, which they should not be. */
    present: (variables: Readonly<Record<string, string>>): ConfigProblem[] =>
      Object.entries(variables)
        .filter(([name]) => environment[name])
        .map(([name, problem]) => ({
          name,
          problem,
          fix: 'Remove it from the environment of latch',
        })),

    integer(name: string, fallback: number, range: { from: number; to: number }, flag?: string) {
      const set = get(name)
      const text = flag ?? set
      if (text === undefined) return fallback
      const value = /^\d{1,10}$/.test(text) ? Number(text) : Number.NaN
      if (value >= range.from && value <= range.to) return value
      addProblem(
        name,
        `"${text}" is not a whole number from ${range.from} to ${range.to}`,
        `Leave it out for ${fallback}`,
      )
      return fallback
    },

    oneOf<Choice extends string>(
      name: string,
      choices: readonly Choice[],
      fallback: NoInfer<Choice>,
    ): Choice {
      const text = get(name)
      if (text === undefined) return fallback
      const choice = choices.find((candidate) => candidate === text)
      if (choice !== undefined) return choice
      addProblem(
        name,
        `"${text}" is not one of ${choices.join(', ')}`,
        `Leave it out for ${fallback}`,
      )
      return fallback
    },

    networks(name: string): string[] {
      const parts = (get(name) ?? '')
        .split(',')
        .map((part) => part.trim())
        .filter((part) => part !== '')
      for (const part of parts.filter((candidate) => !isNetwork(candidate))) {
        const fix = 'Give addresses or networks, such as 10.0.0.0/8,192.168.1.7'
        addProblem(name, `"${part}" is not an address or a network`, fix)
      }
      return parts
    },

    url(name: string, flag?: string): string | null {
      const set = get(name)
      const text = flag ?? set
      if (text === undefined) return null
      const url = URL.parse(text)
      const problem = url === null ? 'is not a URL' : problemOfBaseUrl(url)
      // Use the parsed URL, not the text as typed: a space or a lone `?` at the end would end up in
      // every redirect_uri.
      if (url !== null && problem === null) return (url.origin + url.pathname).replace(/\/+$/, '')
      addProblem(name, `"${text}" ${problem}`, 'Give an address such as https://latch.example.com')
      return null
    },

    /** The address of a libSQL server; null if the database is a file. */
    databaseUrl(name: string): string | null {
      const text = get(name)
      if (text === undefined) return null
      const url = URL.parse(text)
      const isPlain = url?.protocol === 'http:' && isLoopback(url.hostname)
      if (url && (['libsql:', 'https:'].includes(url.protocol) || isPlain)) return url.href
      addProblem(
        name,
        'is not the address of a libSQL server',
        'Give one such as libsql://name.example.com (http:// is allowed only for this machine)',
      )
      return null
    },

    /**
     * Reads a secret from `NAME`, `NAME_FILE` or the systemd credential `NAME`. Setting both `NAME`
     * and `NAME_FILE` is a mistake.
     */
    secret(name: string): Secret | null {
      const direct = get(name)
      const file = get(`${name}_FILE`)
      const credential = credentialFile(get('CREDENTIALS_DIRECTORY'), name)
      if (direct !== undefined && file !== undefined) {
        addProblem(name, `and ${name}_FILE are both set`, 'Keep one of them')
        return null
      }
      if (direct !== undefined) return { from: name, text: direct.trim() }
      const path = file ?? credential
      if (path === undefined) return null
      const from = file === undefined ? `credential ${name}` : `${name}_FILE`
      const text = readSecretFile(path)
      if (text !== null) {
        secretFiles.push(path)
        requireNotWorldWritable(from, path)
        return { from, text }
      }
      addProblem(from, `cannot read ${path}`, 'Check that the file exists, and who can read it')
      return null
    },

    masterKeys(secret: Secret | null): MasterKeys | null {
      if (secret === null) return null
      const keys = parseMasterKeys(secret.text)
      if (keys === null) {
        const problem = 'is not 32 bytes in base64 or hexadecimal'
        addProblem(secret.from, problem, 'Make a key with: openssl rand -base64 32')
      }
      return keys
    },

    /** `host:port`; a port alone means 127.0.0.1. */
    address(name: string): Address | null {
      const text = get(name)
      if (text === undefined) return null
      const [, host = '127.0.0.1', port = ''] = /^(?:(.+):)?(\d{1,5})$/.exec(text) ?? []
      if (port !== '' && Number(port) <= 65_535) {
        return { host: host.replace(/^\[(.+)\]$/, '$1'), port: Number(port) }
      }
      addProblem(name, `"${text}" is not an address and a port`, 'Give one such as 127.0.0.1:9464')
      return null
    },
  } satisfies Record<string, unknown>
}

/** An IP address, or a network in CIDR notation. */
export function isNetwork(text: string): boolean {
  const [address = '', bits, ...rest] = text.split('/')
  const version = isIP(address)
  if (version === 0 || rest.length > 0) return false
  if (bits === undefined) return true
  return /^\d{1,3}$/.test(bits) && Number(bits) <= (version === 4 ? 32 : 128)
}

function problemOfBaseUrl(url: URL): string | null {
  if (url.search || url.hash || url.username || url.password) {
    return 'must not have a query, a fragment or credentials'
  }
  if (url.protocol === 'https:') return null
  if (url.protocol === 'http:' && isLoopback(url.hostname)) return null
  return 'must begin with https:// (http:// is allowed only for this machine)'
}

/** The value is not shown: it may be a secret under a misspelt name. */
const unknownSetting = (name: string, nearest: string | null): ConfigProblem => ({
  name,
  problem: 'is not a setting of latch',
  fix:
    nearest === null
      ? 'Remove it; /docs/configuration lists all settings'
      : `Rename it to ${nearest}, if you meant that`,
})

/** Up to two wrong, missing or extra letters are taken for a typing mistake. */
const MAX_TYPO_DISTANCE = 2

/**
 * Finds the known name that was probably meant: one that differs by a few letters, or the same name
 * without `_FILE`.
 */
function nearestName(name: string, known: ReadonlySet<string>): string | null {
  const withoutFile = name.replace(/_FILE$/, '')
  if (known.has(withoutFile)) return withoutFile
  const [nearest] = [...known]
    .map((candidate) => ({ candidate, distance: editDistance(name, candidate) }))
    .filter(({ distance }) => distance <= MAX_TYPO_DISTANCE)
    .sort((one, other) => one.distance - other.distance)
  return nearest?.candidate ?? null
}

/** The Levenshtein distance: how many letters must be added, removed or replaced. */
function editDistance(one: string, other: string): number {
  let row = Array.from({ length: other.length + 1 }, (_, index) => index)
  for (const [index, letter] of [...one].entries()) {
    const next = [index + 1]
    for (const [at, otherLetter] of [...other].entries()) {
      const replaced = (row[at] ?? 0) + (letter === otherLetter ? 0 : 1)
      next.push(Math.min(replaced, (row[at + 1] ?? 0) + 1, (next[at] ?? 0) + 1))
    }
    row = next
  }
  return row.at(-1) ?? 0
}

/** https://systemd.io/CREDENTIALS: the unit's `LoadCredential=NAME:/path`. */
function credentialFile(directory: string | undefined, name: string): string | undefined {
  if (directory === undefined) return undefined
  const file = `${directory}/${name}`
  return existsSync(file) ? file : undefined
}

function readSecretFile(file: string): string | null {
  try {
    return readFileSync(file, 'utf8').trim()
  } catch {
    return null
  }
}
