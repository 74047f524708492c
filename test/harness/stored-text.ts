import { createKeyring } from '../../src/secrets/keyring.ts'
import { createRandom } from '../../src/secrets/random.ts'
import { createSealing } from '../../src/secrets/sealing.ts'
import { placesOf, sealedColumnsOf } from '../../src/store/schema/sealed.ts'
import { schemaTables } from '../../src/store/schema/tables.ts'
import { type Row, readDatabase } from './read-database.ts'

/** Every value of every table of a database, each on a line with its place; sealed ones are opened. */
export function storedText(file: string, masterKey: Uint8Array): string {
  const sealing = createSealing(createKeyring(masterKey), createRandom())
  const sealed = new Map(
    sealedColumnsOf(schemaTables()).map(({ row, value }) => {
      const placeOf = placesOf(value)
      return [
        value.name,
        (text: string, found: Row) => sealing.open(text, placeOf(String(found[row.name]))),
      ] as const
    }),
  )
  return readDatabase(file, ({ tables, rows }) =>
    tables()
      .flatMap((table) =>
        rows(`select * from "${table}"`).flatMap((row) =>
          Object.entries(row).map(([column, value]) => {
            const open = sealed.get(column)
            const text = open && typeof value === 'string' ? open(value, row) : String(value)
            return `${table}.${column}: ${text}`
          }),
        ),
      )
      .join('\n'),
  )
}
