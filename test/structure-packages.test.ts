import { describe, expect, test } from 'bun:test'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'

const ROOT = join(import.meta.dir, '..')
const SRC = join(ROOT, 'src')

/** Every package, and the rooms that it may be in; a new one needs a line, and so a reason, here. */
const ROOMS_OF: Record<string, readonly string[]> = {
  '@libsql/client': ['store'],
  libsql: ['store'],
  'drizzle-orm': ['store'],
  oslo: ['secrets'],
  commander: ['commands'],
  pino: ['observe'],
  'pino-pretty': ['observe'],
  'prom-client': ['observe'],
  jose: ['providers', 'secrets', 'stand-in'],
  'p-limit': ['providers'],
  // Where routes are made: providers, secrets, pages and the store know nothing of them.
  elysia: ['api', 'docs', 'http', 'stand-in'],
  '@sinclair/typebox': [
    'api',
    'commands',
    'operator',
    'docs',
    'domain',
    'http',
    'providers',
    'sandbox',
    'stand-in',
    'store',
    'transfer',
  ],
  '@tufjs/canonical-json': ['domain'],
  'lru-cache': ['http', 'providers', 'store'],
  'safe-stable-stringify': ['http'],
  'swagger-ui-dist': ['docs'],
}

/** What only some rooms may do with the machine itself. */
const ROOMS_OF_BUILT_IN: Record<string, readonly string[]> = {
  'node:fs': ['commands', 'operator', 'config-reader', 'secrets', 'store'],
  'node:fs/promises': ['commands', 'operator', 'secrets', 'store', 'transfer'],
  'node:path': ['commands', 'operator', 'secrets', 'store', 'transfer'],
  'node:readline': [],
  'node:os': ['commands'],
  'node:child_process': [],
  'node:http': [],
  'node:net': ['config-reader', 'domain', 'http'],
}

const files = [...new Bun.Glob('**/*.ts').scanSync(SRC)].sort()
const roomOf = (file: string): string =>
  /^providers\/[^/]+\/stand-in\//.test(file)
    ? 'stand-in'
    : (file.split('/')[0]?.replace(/\.ts$/, '') ?? '')
const sourceOf = (file: string): string => readFileSync(join(SRC, file), 'utf8')

/** By pattern: Bun's own scan drops imports of types, and a type is a dependency too. */
const specifiersOf = (source: string): string[] =>
  [
    // At the start of a line: what stands inside a text is a sample of somebody else's code.
    ...source.matchAll(/^(?:(?:import|export|\})[^'"`;=]*\bfrom|import)\s*['"]([^'"\n]+)['"]/gm),
    ...source.matchAll(/\bimport\s*\(\s*['"]([^'"\n]+)['"]/g),
  ].map(([, specifier = '']) => specifier)

const packageOf = (specifier: string): string =>
  specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/')

const outer = files.flatMap((file) =>
  specifiersOf(sourceOf(file))
    .filter((specifier) => !specifier.startsWith('.'))
    .map((specifier) => ({ file, room: roomOf(file), specifier })),
)
const packages = outer
  .filter(({ specifier }) => !/^(node:|bun$|bun:)/.test(specifier))
  .map((found) => ({ ...found, name: packageOf(found.specifier) }))

describe('a package', () => {
  test('is used only in the folders that may use it', () => {
    const wrong = packages.filter(({ name, room }) => !ROOMS_OF[name]?.includes(room))
    expect(wrong).toEqual([])
  })

  test('is allowed in no folder that does not use it', () => {
    const unused = Object.entries(ROOMS_OF).flatMap(([name, rooms]) =>
      rooms
        .filter((room) => !packages.some((one) => one.name === name && one.room === room))
        .map((room) => `${room} -> ${name}`),
    )
    expect(unused).toEqual([])
  })

  test('is here because it is used, and is said to be', () => {
    const manifest: unknown = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'))
    const { dependencies } = manifest as { dependencies: Record<string, string> }
    expect(Object.keys(dependencies).sort()).toEqual(Object.keys(ROOMS_OF).sort())
    expect([...new Set(packages.map(({ name }) => name))].sort()).toEqual(
      Object.keys(ROOMS_OF).sort(),
    )
  })
})

test("the machine's files, processes and sockets are for those who need them", () => {
  const wrong = outer.filter(
    ({ specifier, room }) => ROOMS_OF_BUILT_IN[specifier]?.includes(room) === false,
  )
  expect(wrong).toEqual([])
})

test('what they do with it is allowed to nobody else', () => {
  const unused = Object.entries(ROOMS_OF_BUILT_IN).flatMap(([name, rooms]) =>
    rooms
      .filter((room) => !outer.some((one) => one.specifier === name && one.room === room))
      .map((room) => `${room} -> ${name}`),
  )
  expect(unused).toEqual([])
})

test('every import that Bun finds is found by pattern, and none leads out of src', () => {
  const transpiler = new Bun.Transpiler({ loader: 'ts' })
  for (const file of files) {
    const source = sourceOf(file)
    const found = specifiersOf(source)
    const missed = transpiler.scanImports(source).filter(({ path }) => !found.includes(path))
    expect({ file, missed }).toEqual({ file, missed: [] })
    const inner = found.filter((specifier) => specifier.startsWith('.'))
    const lost = inner.filter((specifier) => {
      const target = join(SRC, file, '..', specifier)
      return !target.startsWith(`${SRC}/`) && specifier !== PACKAGE_FILE
    })
    expect({ file, lost }).toEqual({ file, lost: [] })
  }
})

/** Where the version stands. */
const PACKAGE_FILE = '../package.json'

test('nobody imports main', () => {
  const importers = files.filter((file) =>
    specifiersOf(sourceOf(file)).some((specifier) => /(^|\/)main\.ts$/.test(specifier)),
  )
  expect(importers).toEqual([])
})
