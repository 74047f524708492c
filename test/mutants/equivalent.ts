import type { Mutant } from './find-mutants.ts'

/** A mutant that no test can kill, as it does what the code does, and why that is so. */
export type Equivalent = Pick<Mutant, 'file' | 'lineText' | 'original' | 'replacement'> & {
  reason: string
}

export const EQUIVALENT: readonly Equivalent[] = []

export const reasonOf = (mutant: Mutant): string | null =>
  EQUIVALENT.find(
    ({ file, lineText, original, replacement }) =>
      file === mutant.file &&
      lineText === mutant.lineText &&
      original === mutant.original &&
      replacement === mutant.replacement,
  )?.reason ?? null
