import { copyFileSync, existsSync } from 'node:fs'
import { join } from 'node:path'
import { buildBinary, currentCommit } from '../../scripts/binary.ts'
import { tempDir } from './temp-dir.ts'

const ROOT = join(import.meta.dir, '../..')
const BINARY = join(ROOT, 'dist/latch')

/**
 * The executable, built anew if any of its sources is newer than it: `bun test` alone must test
 * the code that is there, and `check` has built it already.
 */
export async function latchBinary(): Promise<string> {
  if (!existsSync(BINARY) || newestSourceMs() > Bun.file(BINARY).lastModified) {
    const target = `bun-${process.platform}-${process.arch}` as Parameters<
      typeof buildBinary
    >[0]['target']
    await buildBinary({ target, outfile: BINARY, commit: currentCommit() })
  }
  return BINARY
}

function newestSourceMs(): number {
  const sources = [...new Bun.Glob('{src,drizzle,scripts}/**/*').scanSync(ROOT), 'bun.lock']
  return Math.max(...sources.map((file) => Bun.file(join(ROOT, file)).lastModified))
}

/** The path of the executable in a folder with nothing in it beside. */
export async function latchAlone(): Promise<{ folder: string; latch: string }> {
  const folder = tempDir()
  const latch = join(folder, 'latch')
  copyFileSync(await latchBinary(), latch)
  return { folder, latch }
}
