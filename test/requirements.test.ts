import { expect, test } from 'bun:test'
import { readFileSync } from 'node:fs'

/** Rows of what goes wrong elsewhere that no test of latch can name, and why. */
const NOT_OURS: Record<string, string> = {
  N4: 'a state is signed and not sealed: it carries ids, as Novu’s does, and no data of a context',
  N11: 'see S13',
  N14: 'the reason for latch, not a behaviour',
  S20: 'a rule of Slack’s: README says so',
  S24: 'latch grants nobody anything in an app',
  P3: 'rotation of the master key is a command of its own, which is not there yet',
  P6: 'a reference on every page leads to the log; there is no dashboard',
  P7: 'what another product sells',
  P8: 'one Slack user may be two subscribers: a person with two accounts of yours is no error',
  P9: 'latch has no e-mail addresses and no list of accounts',
}

const rows = (letter: string, count: number): string[] =>
  Array.from({ length: count }, (_, index) => `${letter}${index + 1}`)
const ROWS = [...rows('N', 15), ...rows('S', 25), ...rows('T', 11), ...rows('P', 13)]

const files = [...new Bun.Glob('**/*.test.ts').scanSync(import.meta.dir)]
/** The names of all tests and groups; a row that stands in a comment does not count. */
const names = files
  .flatMap((file) => readFileSync(`${import.meta.dir}/${file}`, 'utf8').split('\n'))
  .filter((line) => /\b(test|describe)(\.if\([^)]*\))?\(|^\s*['"`(]/.test(line))
  .join('\n')

test('each of requirements 1 to 29 has a test that names it', () => {
  const named = new Set(
    [...names.matchAll(/requirements? ([\d, and]+)/g)].flatMap(([, list = '']) =>
      [...list.matchAll(/\d+/g)].map(([number]) => Number(number)),
    ),
  )
  const missing = Array.from({ length: 29 }, (_, index) => index + 1).filter((n) => !named.has(n))
  expect(missing).toEqual([])
})

test('each row of what goes wrong elsewhere has a test that names it, or a reason why not', () => {
  const named = new Set(names.match(/\b[NSTP]\d{1,2}\b/g))
  expect(ROWS.filter((row) => !named.has(row) && !(row in NOT_OURS))).toEqual([])
})
