import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const made: string[] = []

/** A new, empty directory, removed when the run is over. */
export function tempDir(): string {
  const directory = mkdtempSync(join(tmpdir(), 'latch-test-'))
  made.push(directory)
  return directory
}

/** For the runner, once, at the end: it neither fires `exit` nor loads this anew for each file. */
export function removeTempDirs(): void {
  for (const directory of made) rmSync(directory, { recursive: true, force: true })
}
