import type { Mutant } from './find-mutants.ts'

/** A mutant that no test can kill, as it does what the code does, and why that is so. */
export type Equivalent = Pick<Mutant, 'file' | 'lineText' | 'original' | 'replacement'> & {
  reason: string
}

export const EQUIVALENT: readonly Equivalent[] = [
  {
    file: 'src/http/authenticate.ts',
    lineText: 'if (remembered === undefined) known.set(header, presented)',
    original: 'remembered === undefined',
    replacement: 'true',
    reason: 'puts into the cache what is in it already, which only takes time',
  },
  {
    file: 'src/http/listen.ts',
    lineText: 'if (nowMs - quietSinceMs > QUIET_MS || nowMs > deadlineMs) void server.stop(true)',
    original: 'nowMs > deadlineMs',
    replacement: 'nowMs >= deadlineMs',
    reason:
      'differs where a timer fires at the very microsecond of the deadline, and by 50 ms then',
  },
  {
    file: 'src/domain/json.ts',
    lineText: 'for (let index = 0; index < text.length; index += 1) {',
    original: 'index < text.length',
    replacement: 'index <= text.length',
    reason: 'the character after the last one is NaN, which equals none that is looked for',
  },
  {
    file: 'src/domain/json.ts',
    lineText: "if (typeof property === 'object' && isDeeperThan(property, levels - 1)) return true",
    original: "typeof property === 'object'",
    replacement: 'true',
    reason: 'isDeeperThan asks the same first; asked for here, it saves a call for each property',
  },
  {
    file: 'src/secrets/box.ts',
    lineText: "const [salt = '', bodyText = '', ...rest] = sealed.split('.')",
    original: "''",
    replacement: '"Stryker was here!"',
    reason:
      'a text always has a first part; without a second, neither an empty body nor one with spaces is long enough or base64url, so both are malformed',
  },
]

export const reasonOf = (mutant: Mutant): string | null =>
  EQUIVALENT.find((equivalent) => isSame(equivalent, mutant))?.reason ?? null

/** Those of the list whose code is there no more, or reads otherwise now. */
export const outdated = (files: readonly string[], mutants: readonly Mutant[]): Equivalent[] =>
  EQUIVALENT.filter(
    (equivalent) =>
      files.includes(equivalent.file) && !mutants.some((mutant) => isSame(equivalent, mutant)),
  )

const isSame = (equivalent: Equivalent, mutant: Mutant): boolean =>
  (['file', 'lineText', 'original', 'replacement'] as const).every(
    (name) => equivalent[name] === mutant[name],
  )
