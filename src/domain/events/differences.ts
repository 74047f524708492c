import { isDeepStrictEqual } from 'node:util'

/**
 * The fields of `these` whose values differ from those in `others`, for the `before` and `after` of
 * an event.
 */
export const differences = <Fields extends object>(
  these: Fields,
  others: Partial<Fields>,
): Partial<Fields> => {
  const differing: Partial<Fields> = { ...these }
  for (const name in differing) {
    if (isDeepStrictEqual(differing[name], others[name])) delete differing[name]
  }
  return differing
}

/** The names of the secrets, out of all those given, that differ. */
export const changedNames = (
  before: Readonly<Record<string, unknown>>,
  after: Readonly<Record<string, unknown>>,
): string[] =>
  [...new Set([...Object.keys(before), ...Object.keys(after)])]
    .filter((name) => !isDeepStrictEqual(before[name], after[name]))
    .sort()
