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

/**
 * The ids of the mutants that do not compile, so that nobody could commit them. Each is compiled as a
 * file beside the one that it changes, all of them at once: the compiler takes seconds. A mutant that
 * only makes other files wrong is not found.
 */
export async function findNotCompiling(
  tree: string,
  mutants: readonly Mutant[],
): Promise<ReadonlySet<string>> {
  for (const mutant of mutants) {
    const source = await Bun.file(join(tree, mutant.file)).text()
    const changed = source.slice(0, mutant.from) + mutant.replacement + source.slice(mutant.to)
    await Bun.write(join(tree, mutant.file.replace(/\.ts$/, `.mutant-${mutant.id}.ts`)), changed)
  }
  const errors = [...(await runCompiler(tree)).matchAll(/^(\S+)\(\d+,\d+\): error /gm)]
  const ids = errors.map(([, file = '']) => /\.mutant-(\d+)\.ts$/.exec(file)?.[1])
  if (ids.includes(undefined)) throw new Error('the code does not compile without a mutant')
  return new Set(ids.filter((id) => id !== undefined))
}

async function runCompiler(tree: string): Promise<string> {
  // That a name is no longer used would say nothing of the fault.
  const flags = ['--noUnusedLocals', 'false', '--noUnusedParameters', 'false', '--pretty', 'false']
  const tsc = ['node_modules/typescript/bin/tsc', '--project', '.', ...flags]
  const child = Bun.spawn([process.execPath, ...tsc], { cwd: tree, stdout: 'pipe' })
  return new Response(child.stdout).text()
}
