import { tmpdir } from 'node:os'
import { ConfigError } from '../config.ts'
import { errorText } from '../observe/error-text.ts'
import { MasterKeyError } from '../secrets/key-file.ts'

/** Errors whose message is meant for the operator. */
const KNOWN = new Set([
  'StoreError',
  'ListenError',
  'NovuError',
  'UsageError',
  'OperatorError',
  'InsecurePermissionsError',
])

/** The message for a command that failed: the reason and the fix; a stack only for unknown errors. */
export function explainFailure(error: unknown): string {
  if (error instanceof ConfigError) return `latch: the configuration is wrong.\n${error.message}`
  if (error instanceof MasterKeyError) return `latch: ${error.message}`
  if (!(error instanceof Error)) return `latch: ${String(error)}`
  const code = 'code' in error ? String(error.code) : ''
  // Not `instanceof`: its class is in the store, which may be the very thing that failed to load.
  if (KNOWN.has(error.name)) return `latch: ${error.message}`
  if (code === 'ERR_DLOPEN_FAILED' || /\.node\b/.test(error.message)) return explainTempDir(error)
  if (code === 'EACCES' || code === 'EROFS' || code === 'EPERM') {
    return `latch: no permission: ${error.message}. Check the owner of the data directory.`
  }
  if (code === 'ENOSPC') return `latch: the disk is full: ${error.message}.`
  return `latch: ${errorText(error).stack}`
}

/**
 * The database engine is a native library inside the executable, which Bun unpacks into the temp
 * directory to load it.
 */
function explainTempDir(error: Error): string {
  const directory = process.env['BUN_TMPDIR'] ?? tmpdir()
  return [
    `latch: the database engine cannot be loaded from the temp directory ${directory}.`,
    'It must be writable and not mounted "noexec": latch unpacks a library there.',
    'Fix: set TMPDIR to a directory that allows both, such as TMPDIR=/var/lib/latch/tmp or /dev/shm.',
    `Reason: ${error.message}`,
  ].join('\n')
}
