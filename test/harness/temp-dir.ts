import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** A new, empty directory, removed when the run is over. */
export function tempDir(): string {
  const directory = mkdtempSync(join(tmpdir(), 'latch-test-'))
  process.on('exit', () => rmSync(directory, { recursive: true, force: true }))
  return directory
}
