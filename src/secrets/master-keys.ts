import { MASTER_KEY_BYTES } from './keyring.ts'

/** A key that still opens what it sealed, but no longer seals. */
export type PreviousKey = {
  key: Uint8Array
  /** When latch replaced it; null if an operator listed it as a previous key. */
  retiredAtMs: number | null
}

/** The master keys in an operator's secret: one, or several while it is being replaced. */
export type MasterKeys = { current: Uint8Array; previous: readonly PreviousKey[] }

const RETIRED = /^(\S+)\s+retired\s+(\S+)$/

/**
 * Parses keys, separated by newlines or commas. The first is the current key; the others only open.
 * Returns null if any of them is not 32 bytes in base64 (either alphabet) or hexadecimal.
 */
export function parseMasterKeys(text: string): MasterKeys | null {
  const entries = text
    .split(/[\n,]/)
    .map((line) => line.trim())
    .filter((line) => line !== '')
  const keys = entries.map(parseEntry)
  const [current, ...previous] = keys.filter((key) => key !== null)
  if (current === undefined || keys.includes(null)) return null
  return { current: current.key, previous }
}

function parseEntry(entry: string): PreviousKey | null {
  const [, text = entry, retiredAt = null] = RETIRED.exec(entry) ?? []
  const key = parseKey(text)
  const retiredAtMs = retiredAt === null ? null : Date.parse(retiredAt)
  return key === null || Number.isNaN(retiredAtMs) ? null : { key, retiredAtMs }
}

function parseKey(text: string): Uint8Array | null {
  const encoding = /^[0-9a-fA-F]{64}$/.test(text) ? 'hex' : 'base64'
  if (encoding === 'base64' && !/^[A-Za-z0-9+/_-]{43}=?$/.test(text)) return null
  const bytes = new Uint8Array(Buffer.from(text, encoding))
  return bytes.length === MASTER_KEY_BYTES ? bytes : null
}

/** Formats keys for the key file, so that `parseMasterKeys` can read them. */
export function formatMasterKeys({ current, previous }: MasterKeys): string {
  const base64 = (key: Uint8Array): string => Buffer.from(key).toString('base64')
  const lines = previous.map(({ key, retiredAtMs }) =>
    retiredAtMs === null
      ? base64(key)
      : `${base64(key)} retired ${new Date(retiredAtMs).toISOString()}`,
  )
  return `${[base64(current), ...lines].join('\n')}\n`
}
