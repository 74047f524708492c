import { beforeAll, describe, expect, test } from 'bun:test'
import { join } from 'node:path'
import { getTableName } from 'drizzle-orm'
import {
  type AnySQLiteColumn,
  getTableConfig,
  integer,
  sqliteTable,
  text,
} from 'drizzle-orm/sqlite-core'
import { type Client, openClient } from '../../src/store/database/client.ts'
import { migrate } from '../../src/store/database/migrate.ts'
import { embedMigrations } from '../../src/store/database/migrations.macro.ts' with {
  type: 'macro',
}
import { placesOf, sealed, sealedColumnsOf } from '../../src/store/schema/sealed.ts'
import { schemaTables } from '../../src/store/schema/tables.ts'
import { cascadesOf, createCacheInvalidation } from '../../src/store/writer/cache-invalidation.ts'
import { tempDir } from '../harness/temp-dir.ts'

let client: Client
let tables: string[] = []

const namesOf = async (sql: string): Promise<string[]> =>
  (await client.execute(sql)).rows.map((row) => String(row[0])).sort()

beforeAll(async () => {
  client = await openClient(join(tempDir(), 'latch.db'))
  await migrate(client, embedMigrations())
  tables = await namesOf(
    "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT GLOB 'sqlite_*' AND name NOT GLOB '__*'",
  )
})

describe('the schema', () => {
  test('lists every table of the database', () => {
    expect(schemaTables().map(getTableName).sort()).toEqual(tables)
    expect(tables.length).toBeGreaterThan(5)
  })

  test('knows every sealed column of the database, and the primary key that it is bound to', async () => {
    const found: string[] = []
    for (const table of tables) {
      const { rows } = await client.execute(`PRAGMA table_info("${table}")`)
      const keys = rows.filter((row) => Number(row['pk']) > 0).map((row) => row['name'])
      for (const name of rows.map((row) => String(row['name']))) {
        if (name.endsWith('_sealed')) found.push(`${table}.${name} of ${keys.join()}`)
      }
    }
    const known = sealedColumnsOf(schemaTables()).map(
      ({ table, row, value }) => `${getTableName(table)}.${value.name} of ${row.name}`,
    )
    expect(known).toEqual(found.sort())
    expect(known.length).toBeGreaterThan(2)
  })

  test('keeps the places to which stored values are bound', () => {
    const places = sealedColumnsOf(schemaTables()).map(({ value }) => placesOf(value)('7'))
    expect(places).toEqual(
      expect.arrayContaining([
        { table: 'integrations', column: 'credentials', row: '7' },
        { table: 'channel_connections', column: 'auth', row: '7' },
        { table: 'idempotency_records', column: 'body', row: '7' },
      ]),
    )
  })

  test('refuses a sealed column in a table without a single-column primary key', () => {
    const nameless = sqliteTable('nameless', { secret: sealed('secret') })
    expect(() => sealedColumnsOf([nameless])).toThrow('nameless has sealed values')
  })
})

/** Whom SQLite changes with a change to a table, and with that one. */
async function changedBySqlite(): Promise<Map<string, string[]>> {
  const { rows } = await client.execute(
    `WITH RECURSIVE children (parent, child) AS (
       SELECT f."table", t.name FROM sqlite_master t, pragma_foreign_key_list(t.name) f
       WHERE t.type = 'table' AND (f.on_delete <> 'NO ACTION' OR f.on_update <> 'NO ACTION')),
     reached (parent, child) AS (
       SELECT * FROM children
       UNION SELECT reached.parent, children.child FROM reached, children
       WHERE children.parent = reached.child)
     SELECT parent, child FROM reached ORDER BY parent, child`,
  )
  const changed = new Map<string, string[]>()
  for (const { parent, child } of rows) {
    changed.set(String(parent), [...(changed.get(String(parent)) ?? []), String(child)])
  }
  return changed
}

describe('cache invalidation', () => {
  test('follows exactly the foreign key actions of SQLite', async () => {
    const changed = await changedBySqlite()
    expect(changed.get('environments')?.length).toBeGreaterThan(3)
    for (const parent of tables) {
      const versions = createCacheInvalidation()
      const before = tables.map((table) => versions.watch([table])())
      versions.invalidate([{ sql: `delete from "${parent}" where id = ?`, args: ['x'] }])
      const moved = tables.filter((table, index) => versions.watch([table])() !== before[index])
      expect(moved).toEqual([parent, ...(changed.get(parent) ?? [])].sort())
    }
  })

  test('does not follow them for an insert, as none has an action on update', () => {
    const actions = schemaTables().flatMap((table) =>
      getTableConfig(table).foreignKeys.map(({ onUpdate = 'no action' }) => onUpdate),
    )
    expect(new Set(actions)).toEqual(new Set(['no action']))
    const changes = (sql: string): string[] => {
      const versions = createCacheInvalidation()
      const before = tables.map((table) => versions.watch([table])())
      versions.invalidate([{ sql, args: [] }])
      return tables.filter((table, index) => versions.watch([table])() !== before[index])
    }
    expect(changes('insert into "subscribers" values (1) on conflict do update set a = 1')).toEqual(
      ['subscribers'],
    )
    for (const sql of ['insert or replace into subscribers values (1)', 'UPDATE subscribers']) {
      expect(changes(`${sql} set a = 1`)).toEqual([
        'channel_endpoints',
        'held_attempts',
        'subscribers',
      ])
    }
    expect(changes('with x as (select 1) delete from subscribers')).toEqual(tables)
  })

  test('follows cycles and "set null", but not references without an action', () => {
    const people = sqliteTable('people', {
      id: integer('id').primaryKey(),
      team: integer('team').references((): AnySQLiteColumn => teams.id, { onDelete: 'cascade' }),
    })
    const teams = sqliteTable('teams', {
      id: integer('id').primaryKey(),
      owner: integer('owner').references(() => people.id, { onDelete: 'set null' }),
    })
    const members = sqliteTable('members', {
      team: integer('team').references(() => teams.id, { onUpdate: 'cascade' }),
      parent: integer('parent').references(() => people.id, { onDelete: 'restrict' }),
      name: text('name'),
    })
    const found = cascadesOf([people, teams, members])
    expect([...found]).toEqual([
      ['teams', ['people', 'teams', 'members']],
      ['people', ['teams', 'people', 'members']],
    ])
  })
})
