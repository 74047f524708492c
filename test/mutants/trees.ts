import { cp, mkdir, symlink } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { tempDir } from '../harness/temp-dir.ts'
import type { InstrumentedFile, Mutant } from './find-mutants.ts'

/** Where in a copy the instrumented code lies. */
export const INSTRUMENTED = 'dist/instrumented'

/** A copy of the repository as it is in the work tree, which is never changed itself. */
export async function copyTree(root: string): Promise<string> {
  const tree = tempDir()
  const listed = Bun.spawnSync(['git', 'ls-files', '-co', '--exclude-standard', '-z'], {
    cwd: root,
  })
  const files = listed.stdout.toString().split('\0').filter(Boolean)
  for (const file of files) {
    if (!(await Bun.file(join(root, file)).exists())) continue
    await mkdir(dirname(join(tree, file)), { recursive: true })
    await cp(join(root, file), join(tree, file))
  }
  await symlink(join(root, 'node_modules'), join(tree, 'node_modules'))
  await mkdir(join(tree, 'dist'))
  return tree
}

export async function writeInstrumented(
  tree: string,
  files: readonly InstrumentedFile[],
): Promise<void> {
  for (const { file, content } of files) await Bun.write(join(tree, INSTRUMENTED, file), content)
}

/** Whether the code compiles with a mutant in it, so that it could be committed at all. */
export async function compiles(tree: string, mutant: Mutant | null): Promise<boolean> {
  if (mutant === null) return runCompiler(tree)
  const path = join(tree, mutant.file)
  const source = await Bun.file(path).text()
  await Bun.write(path, source.slice(0, mutant.from) + mutant.replacement + source.slice(mutant.to))
  const succeeded = await runCompiler(tree)
  await Bun.write(path, source)
  return succeeded
}

async function runCompiler(tree: string): Promise<boolean> {
  // That a name is no longer used would say nothing of the fault.
  const flags = ['--noUnusedLocals', 'false', '--noUnusedParameters', 'false']
  // Checks again only what depends on the file that changed.
  flags.push('--incremental', '--tsBuildInfoFile', 'dist/compiled.tsbuildinfo')
  const tsc = ['node_modules/typescript/bin/tsc', '--project', '.', ...flags]
  const child = Bun.spawn([process.execPath, ...tsc], { cwd: tree, stdout: 'ignore' })
  return (await child.exited) === 0
}
