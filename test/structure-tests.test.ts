import { expect, test } from 'bun:test'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'

const ROOT = join(import.meta.dir, '..')
const tests = [...new Bun.Glob('test/**/*.ts').scanSync(ROOT)]
const everything = [...tests, ...new Bun.Glob('src/**/*.ts').scanSync(ROOT)]
const textOf = (file: string): string => readFileSync(join(ROOT, file), 'utf8')

test('no file of the tests is longer than 300 lines', () => {
  expect(tests.filter((file) => textOf(file).split('\n').length > 301)).toEqual([])
})

// Where a process has loaded a macro's file as a module before, Bun removes the import of the macro
// and leaves its call. It keeps the broken output in its cache, for every later run of that source.
test('a macro is imported as one, wherever it is', () => {
  const asModule = /^import (?!type\b)[^;'"]*from '[^']*\.macro\.ts'(?!\s+with \{\s*type: 'macro')/m
  expect(everything.filter((file) => asModule.test(textOf(file)))).toEqual([])
})
