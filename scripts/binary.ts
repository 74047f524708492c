import { rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { engines } from '../package.json' with { type: 'json' }
import { libsqlAddon, type Target } from './libsql-addon.ts'

const ROOT = join(import.meta.dir, '..')

/** Options for building one binary. */
export type BinaryOptions = {
  readonly target: Target
  readonly outfile: string
  readonly commit: string
}

/**
 * Builds one executable, and returns the files that went into it. On any error it throws, and
 * leaves no file behind.
 */
export async function buildBinary({
  target,
  outfile,
  commit,
}: BinaryOptions): Promise<readonly string[]> {
  // The binary contains the runtime that builds it, so the pin has to hold here too.
  if (Bun.version !== engines.bun) {
    throw new Error(`latch is built with Bun ${engines.bun}, this is ${Bun.version}`)
  }
  await rm(outfile, { force: true })
  try {
    const { metafile } = await Bun.build({
      entrypoints: [join(ROOT, 'src/main.ts'), join(ROOT, 'src/store/writer/writer-thread.ts')],
      compile: {
        target,
        outfile,
        // Files in the working directory must not change latch's behaviour.
        autoloadDotenv: false,
        autoloadBunfig: false,
        autoloadTsconfig: false,
        autoloadPackageJson: false,
      },
      // Embedded source maps: without them one uncaught error prints pages of minified source.
      sourcemap: 'linked',
      // Precompiled: parsing 1.7 MB of source took 70 ms at every start; this adds 7 MB to the
      // file.
      bytecode: true,
      // Elysia reads the source text of handlers: names and syntax must stay as written.
      minify: { whitespace: true, identifiers: false, syntax: false },
      define: {
        LATCH_COMMIT: JSON.stringify(commit),
        // Where Bun puts the second entry point, relative to the first.
        LATCH_WRITER_THREAD: JSON.stringify('./store/writer/writer-thread.ts'),
      },
      plugins: [libsqlAddon(target)],
      metafile: true,
      throw: true,
    })
    return Object.keys(metafile?.inputs ?? {})
  } catch (error) {
    await rm(outfile, { force: true })
    throw error
  } finally {
    // Bun leaves second copies of the source maps beside the binary.
    for (const map of [`${outfile}.map`, join(dirname(outfile), 'writer-thread.js.map')]) {
      await rm(map, { force: true })
    }
  }
}

/** The commit being built: from git, or from LATCH_COMMIT where there is no git (an image). */
export function currentCommit(): string {
  const given = process.env['LATCH_COMMIT']
  if (given !== undefined && given !== '') return given
  if (Bun.which('git') === null) return 'unknown'
  const git = Bun.spawnSync(['git', 'rev-parse', '--short=12', 'HEAD'], { cwd: ROOT })
  return git.success ? git.stdout.toString().trim() : 'unknown'
}
