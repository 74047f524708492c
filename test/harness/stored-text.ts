import { Database } from 'bun:sqlite'
import { createKeyring } from '../../src/secrets/keyring.ts'
import { createRandom } from '../../src/secrets/random.ts'
import { createSealing } from '../../src/secrets/sealing.ts'
import { placesOf, sealedColumnsOf } from '../../src/store/schema/sealed.ts'
import { schemaTables } from '../../src/store/schema/tables.ts'

/** Every value of every table of a database, each on a line with its place; sealed ones are opened. */
export function storedText(file: string, masterKey: Uint8Array): string {
  const sealing = createSealing(createKeyring(masterKey), createRandom())
  const sealed = new Map(
    sealedColumnsOf(schemaTables()).map(({ row, value }) => {
      const placeOf = placesOf(value)
      return [
        value.name,
        (text: string, found: Record<string, unknown>) =>
          sealing.open(text, placeOf(String(found[row.name]))),
      ] as const
    }),
  )
  using database = new Database(file, { readonly: true })
  const tables = database
    .query<{ name: string }, []>(`select name from sqlite_master where type = 'table'`)
    .all()
  return tables
    .flatMap(({ name: table }) =>
      database
        .query<Record<string, unknown>, []>(`select * from "${table}"`)
        .all()
        .flatMap((row) =>
          Object.entries(row).map(([column, value]) => {
            const open = sealed.get(column)
            const text = open && typeof value === 'string' ? open(value, row) : String(value)
            return `${table}.${column}: ${text}`
          }),
        ),
    )
    .join('\n')
}
