import { describe, expect, test } from 'bun:test'
import { readFileSync } from 'node:fs'
import { dirname, join, normalize } from 'node:path'

const SRC = join(import.meta.dir, '../src')

/** A room is a folder of src, or a file beside them. What it may import at run time: */
const ALLOWED: Record<string, readonly string[]> = {
  main: ['commands'],
  commands: [
    'app',
    'background',
    'config',
    // The redirect URL that is printed and registered.
    'domain',
    'operator',
    'http',
    'jobs',
    'observe',
    'providers',
    'sandbox',
    'secrets',
    'store',
    'transfer',
    'version',
  ],
  app: ['api', 'docs', 'http', 'version'],
  api: ['background', 'domain', 'http', 'pages', 'providers', 'secrets'],
  // The rules: they know no request, no status and no query.
  domain: ['config-reader', 'providers', 'secrets', 'store'],
  // Work that is due: asks the domain, as the API does.
  jobs: ['domain', 'observe', 'store'],
  docs: ['http', 'pages', 'version'],
  http: ['domain', 'pages', 'secrets', 'store'],
  sandbox: ['domain', 'pages', 'secrets', 'store'],
  store: ['secrets'],
  // What operators' commands have done to live data, by the latch that runs.
  operator: ['background', 'config-reader', 'domain', 'observe', 'providers', 'secrets'],
  // What is taken out of latch and brought in, by commands.
  transfer: ['domain', 'store'],
  // A provider loads its own stand-in, and only when the sandbox asks for it: see below.
  providers: ['stand-in'],
  'stand-in': ['sandbox', 'providers'],
  secrets: [],
  pages: [],
  observe: [],
  background: [],
  config: ['config-reader', 'observe', 'providers'],
  'config-reader': ['secrets'],
  deps: [],
  version: [],
}

/** Packages that one room alone may import. */
const OWNED: Record<string, string> = {
  '@libsql/client': 'store',
  'drizzle-orm': 'store',
  oslo: 'secrets',
  commander: 'commands',
  pino: 'observe',
}

type Import = { from: string; to: string; typeOnly: boolean; late: boolean }

/** The folder of a provider, if it is in its stand-in. */
const STAND_IN = /^providers\/([^/]+)\/stand-in\//
const FOLDER = /^providers\/([^/]+)\//

/** Not the declarations of what others export. */
const files = [...new Bun.Glob('**/*.ts').scanSync(SRC)].filter((f) => !f.endsWith('.d.ts')).sort()

/** A stand-in is a room of its own, though it lies in the folder of its provider. */
const roomOf = (file: string): string =>
  STAND_IN.test(file) ? 'stand-in' : (file.split('/')[0]?.replace(/\.ts$/, '') ?? '')

const sourceOf = (file: string): string => readFileSync(join(SRC, file), 'utf8')

/** Every `import … from`, `export … from` and `import(…)`; by pattern, as types count too. */
function importsOf(file: string): Import[] {
  const pattern = /(?:^(import|export)(\s+type)?\b[^'"]*?from\s*|import\()['"]([^'"]+)['"]/gms
  return [...sourceOf(file).matchAll(pattern)].map(([, keyword, type, specifier = '']) => ({
    from: file,
    to: specifier.startsWith('.') ? normalize(join(dirname(file), specifier)) : specifier,
    typeOnly: type !== undefined,
    late: keyword === undefined,
  }))
}

const imports = files.flatMap(importsOf)
const isLoadedAtOnce = ({ typeOnly, late }: Import): boolean => !typeOnly && !late
const inner = imports.filter(({ to }) => files.includes(to))

describe('the folders of src', () => {
  test('are those listed here', () => {
    expect([...new Set(files.map(roomOf))].filter((room) => !(room in ALLOWED))).toEqual([])
    expect(imports.length).toBeGreaterThan(200)
  })

  test('import only what is below them', () => {
    const wrong = inner.filter(({ from, to, typeOnly }) => {
      const [room, other] = [roomOf(from), roomOf(to)]
      return !typeOnly && room !== other && !ALLOWED[room]?.includes(other)
    })
    expect(wrong).toEqual([])
  })

  test('are allowed no import that they do not use', () => {
    const isUsed = (room: string, other: string): boolean =>
      inner.some(
        ({ from, to, typeOnly }) => !typeOnly && roomOf(from) === room && roomOf(to) === other,
      )
    const unused = Object.entries(ALLOWED).flatMap(([room, others]) =>
      others.filter((other) => !isUsed(room, other)).map((other) => `${room} -> ${other}`),
    )
    expect(unused).toEqual([])
  })

  test('of providers, secrets and pages know nothing of the house, not even its types', () => {
    const wrong = inner.filter(({ from, to }) => {
      const [room, other] = [roomOf(from), roomOf(to)]
      if (room === other) return false
      if (room === 'providers' && other === 'stand-in') return false
      return ['providers', 'secrets', 'pages'].includes(room)
    })
    expect(wrong).toEqual([])
  })

  test('of a provider are closed to the others, and load what is large when it is asked for', () => {
    const wrong = inner.filter(({ from, to, typeOnly, late }) => {
      const [folder, other] = [FOLDER.exec(from)?.[1], FOLDER.exec(to)?.[1]]
      if (other === undefined || folder === other) {
        // A latch that serves has no use for a stand-in.
        return !typeOnly && !late && STAND_IN.test(to) && !STAND_IN.test(from)
      }
      return from !== 'providers/registry.ts' && from !== 'providers/example.ts'
    })
    expect(wrong).toEqual([])
    const definitions = imports.filter(({ from }) => from.endsWith('/definition.ts'))
    expect(definitions.filter(({ typeOnly, late }) => !typeOnly && !late)).toEqual([])
  })

  test('let nobody but the app at the operations of the API', () => {
    const wrong = inner.filter(
      ({ from, to }) => roomOf(to) === 'api' && roomOf(from) !== 'api' && from !== 'app.ts',
    )
    expect(wrong).toEqual([])
  })

  test('keep their packages to themselves', () => {
    const wrong = imports.filter(({ from, to }) => {
      const owner = Object.entries(OWNED).find(([name]) => to === name || to.startsWith(`${name}/`))
      return owner !== undefined && roomOf(from) !== owner[1]
    })
    expect(wrong).toEqual([])
  })

  test('load the database and the web framework only for the commands that need them', () => {
    const loaded = new Set<string>()
    const load = (file: string): void => {
      if (loaded.has(file)) return
      loaded.add(file)
      for (const { to } of imports.filter((one) => one.from === file && isLoadedAtOnce(one))) {
        load(to)
      }
    }
    load('main.ts')
    expect([...loaded]).toContain('commands/serve.ts')
    const packages = [...loaded].filter((name) => !/^node:|\.(ts|json)$/.test(name))
    // `latch --help` and `latch version` also work where the database engine cannot be loaded.
    expect(packages.sort()).toEqual(['commander', 'oslo/crypto', 'oslo/encoding'])
  })

  test('have no import cycles', () => {
    const circles: string[] = []
    const done = new Set<string>()
    const visit = (file: string, path: readonly string[]): void => {
      if (path.includes(file)) {
        circles.push([...path.slice(path.indexOf(file)), file].join(' -> '))
        return
      }
      if (done.has(file)) return
      for (const { to } of inner.filter(({ from, typeOnly }) => from === file && !typeOnly)) {
        visit(to, [...path, file])
      }
      done.add(file)
    }
    for (const file of files) visit(file, [])
    expect(circles).toEqual([])
  })
})

describe('no file', () => {
  const forbidden: [string, RegExp][] = [
    ['casts types away', /\bas any\b|\bas unknown as\b|@ts-(ignore|nocheck|expect-error)/],
    ['leaves something for later', /\bTODO\b|\bFIXME\b/],
    ['exports a default', /\bexport default\b/],
  ]
  for (const [name, pattern] of forbidden) {
    test(name, () => {
      expect(files.filter((file) => pattern.test(sourceOf(file)))).toEqual([])
    })
  }

  test('opens a transaction that others could come into, but the lock', () => {
    const found = files.filter((file) => /\.transaction\(/.test(sourceOf(file)))
    expect(found).toEqual(['store/database/lock.ts'])
  })

  test('is longer than 300 lines', () => {
    expect(files.filter((file) => sourceOf(file).split('\n').length > 301)).toEqual([])
  })
})
