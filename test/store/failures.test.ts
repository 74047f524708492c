import { afterAll, describe, expect, test } from 'bun:test'
import { join } from 'node:path'
import { type Client, openClient, openServerClient } from '../../src/store/database/client.ts'
import { migrate } from '../../src/store/database/migrate.ts'
import { embedMigrations } from '../../src/store/database/migrations.macro.ts' with {
  type: 'macro',
}
import { isUnavailable, isUniqueViolation, isUnmetExpectation } from '../../src/store/failures.ts'
import { type Committer, createCommitter } from '../../src/store/writer/committer.ts'
import { identityOf } from '../../src/store/writer/file-guard.ts'
import { startThreadCommitter } from '../../src/store/writer/thread-committer.ts'
import { startHranaServer } from '../harness/hrana-server.ts'
import { tempDir } from '../harness/temp-dir.ts'

type Place = { committer: Committer; stop(): Promise<void> }

const TABLES = [
  'CREATE TABLE parents (id TEXT PRIMARY KEY, name TEXT UNIQUE) STRICT',
  `CREATE TABLE children (id INTEGER PRIMARY KEY, parent TEXT NOT NULL REFERENCES parents (id),
   size INTEGER, CONSTRAINT expectations_met_too CHECK (size < 10)) STRICT`,
  'CREATE UNIQUE INDEX children_expression ON children (lower(parent), size)',
]

async function prepare(client: Client): Promise<void> {
  await migrate(client, embedMigrations())
  for (const sql of TABLES) await client.execute(sql)
  await client.execute("INSERT INTO parents VALUES ('p', 'UNIQUE constraint failed: ')")
  await client.execute("INSERT INTO children VALUES (1, 'p', 1)")
}

async function embedded(): Promise<Place> {
  const client = await openClient(join(tempDir(), 'latch.db'))
  await prepare(client)
  return { committer: createCommitter(client), stop: async () => client.close() }
}

async function inThread(): Promise<Place> {
  const file = join(tempDir(), 'latch.db')
  const client = await openClient(file)
  await prepare(client)
  const committer = startThreadCommitter({ identity: identityOf(file), synchronous: 'full' })
  const stop = async (): Promise<void> => {
    await committer.close()
    client.close()
  }
  return { committer, stop }
}

async function onServer(): Promise<Place> {
  const server = startHranaServer(join(tempDir(), 'server.db'), 'sesame')
  const client = openServerClient({ url: server.url, authToken: 'sesame' })
  await prepare(client)
  return { committer: createCommitter(client), stop: server.stop }
}

/** What is written, and what it is told as. */
const CASES: [string, string, 'unique' | 'unmet' | 'neither'][] = [
  ['a primary key that exists', "INSERT INTO parents VALUES ('p', 'x')", 'unique'],
  ['an integer key that exists', "INSERT INTO children VALUES (1, 'p', 2)", 'unique'],
  [
    'a unique value that exists',
    "INSERT INTO parents VALUES ('q', 'UNIQUE constraint failed: ')",
    'unique',
  ],
  ['a unique index on an expression', "INSERT INTO children VALUES (2, 'p', 1)", 'unique'],
  ['an expectation that is not met', 'INSERT INTO expectations VALUES (0)', 'unmet'],
  [
    'an expectation that a query finds unmet',
    "INSERT INTO expectations SELECT 0 WHERE NOT EXISTS (SELECT 1 FROM parents WHERE id = 'z')",
    'unmet',
  ],
  ['another check', "INSERT INTO children VALUES (3, 'p', 10)", 'neither'],
  ['a value that is missing', 'INSERT INTO children VALUES (4, NULL, 1)', 'neither'],
  ['no value for an expectation', 'INSERT INTO expectations VALUES (NULL)', 'neither'],
  ['a reference to nothing', "INSERT INTO children VALUES (5, 'nobody', 1)", 'neither'],
  ['a value of another type', "INSERT INTO children VALUES (6, 'p', 'big')", 'neither'],
  [
    'a table whose name lies',
    'SELECT 1 FROM "nowhere: UNIQUE constraint failed: parents.id"',
    'neither',
  ],
]

const places: [string, () => Promise<Place>][] = [
  ['a file', embedded],
  ['a file, through the thread that writes', inThread],
  ['a server', onServer],
]

for (const [name, open] of places) {
  describe(`what ${name} says of`, async () => {
    const { committer, stop } = await open()
    afterAll(stop)
    for (const [what, sql, told] of CASES) {
      for (const statements of [[sql], ['DELETE FROM parents WHERE 0', sql]]) {
        test(`${what}, as statement ${statements.length}`, async () => {
          const error = await committer
            .commit(statements.map((text) => ({ sql: text, args: [] })))
            .then(
              () => null,
              (reason: unknown) => reason,
            )
          expect(error).toBeInstanceOf(Error)
          expect([
            isUniqueViolation(error),
            isUnmetExpectation(error),
            isUnavailable(error),
          ]).toEqual([told === 'unique', told === 'unmet', false])
        })
      }
    }
  })
}
