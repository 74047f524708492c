import { join } from 'node:path'
import { Instrumenter } from '@stryker-mutator/instrumenter'

/** A small change to a source file that makes it do something else. */
export type Mutant = {
  /** By which the instrumented code knows it; not the same from one version of the code to the next. */
  id: string
  /** Relative to the repository. */
  file: string
  /** Where the code that it changes begins and ends, as offsets into the file. */
  from: number
  to: number
  /** The line on which the changed code begins, counted from 1, and its text. */
  line: number
  lineText: string
  /** Stryker's name of the kind of change. */
  kind: string
  original: string
  replacement: string
}

/** A source file that contains all of its mutants, each asleep until its id is named. */
export type InstrumentedFile = { file: string; content: string }

/** The environment variable by which the instrumented code learns which mutant is awake. */
export const ACTIVE_MUTANT = '__STRYKER_ACTIVE_MUTANT__'

/** Finds every mutant of these files, and the code to run them with. */
export async function findMutants(
  root: string,
  files: readonly string[],
): Promise<{ mutants: Mutant[]; instrumented: InstrumentedFile[] }> {
  const sources = new Map<string, string>()
  for (const file of files) sources.set(file, await Bun.file(join(root, file)).text())

  const found = await new Instrumenter(SILENT).instrument(
    [...sources].map(([name, content]) => ({ name, content, mutate: true })),
    { plugins: null, ignorers: [], excludedMutations: [] },
  )
  const mutants = found.mutants.map(
    ({ id, fileName, location, mutatorName, replacement }): Mutant => {
      const source = sources.get(fileName) ?? ''
      const [from, to] = [offsetOf(source, location.start), offsetOf(source, location.end)]
      return {
        id,
        file: fileName,
        from,
        to,
        line: location.start.line + 1,
        lineText: source.split('\n')[location.start.line]?.trim() ?? '',
        kind: mutatorName,
        original: source.slice(from, to),
        replacement,
      }
    },
  )
  const instrumented = found.files.map(({ name, content }) => ({ file: name, content }))
  return { mutants, instrumented }
}

/** Both count from 0. */
function offsetOf(source: string, { line, column }: { line: number; column: number }): number {
  const linesBefore = source.split('\n').slice(0, line)
  return linesBefore.reduce((offset, text) => offset + text.length + 1, 0) + column
}

/**
 * A sample of `count` mutants. It depends on the seed and on the changed code alone, so an edit
 * elsewhere does not replace the sample.
 */
export function sampleOf(mutants: readonly Mutant[], seed: number, count: number): Mutant[] {
  const seen = new Map<string, number>()
  const drawn = mutants.map((mutant) => {
    const { file, kind, lineText, original, replacement } = mutant
    const text = JSON.stringify([seed, file, kind, lineText, original, replacement])
    const nth = seen.get(text) ?? 0
    seen.set(text, nth + 1)
    return { mutant, lot: Bun.SHA256.hash(`${text}${nth}`, 'hex') }
  })
  return drawn
    .sort((one, other) => (one.lot < other.lot ? -1 : 1))
    .slice(0, count)
    .map(({ mutant }) => mutant)
}

const nothing = (): void => {}
const no = (): boolean => false
const SILENT = {
  isTraceEnabled: no,
  isDebugEnabled: no,
  isInfoEnabled: no,
  isWarnEnabled: no,
  isErrorEnabled: no,
  isFatalEnabled: no,
  trace: nothing,
  debug: nothing,
  info: nothing,
  warn: nothing,
  error: nothing,
  fatal: nothing,
}
