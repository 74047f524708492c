import { createKeyring } from '../../src/secrets/keyring.ts'
import { createRandom } from '../../src/secrets/random.ts'
import { createSealing, type Place } from '../../src/secrets/sealing.ts'
import { placesOf, sealedColumnsOf } from '../../src/store/schema/sealed.ts'
import { schemaTables } from '../../src/store/schema/tables.ts'
import { type Row, readDatabase } from './read-database.ts'

/** Every value of every table of a database, each on a line with its place; sealed ones are opened. */
export function storedText(file: string, masterKey: Uint8Array): string {
  const sealing = createSealing(createKeyring(masterKey), createRandom())
  return readDatabase(file, ({ tables, rows }) => {
    const keys = new Map(
      rows('select * from own_keys').map((row) => {
        const name = String(row['name'])
        const place = { table: 'own_keys', column: 'key', row: name }
        const key = sealing.open(String(row['key_sealed']), place)
        return [name, sealing.createBox(new Uint8Array(Buffer.from(key, 'base64url')))] as const
      }),
    )
    const open = (sealed: string, place: Place): string => {
      const [version, day, kid, ...boxed] = sealed.split('.')
      if (version !== 'd1') return sealing.open(sealed, place)
      return keys.get(`idempotency/${day}.${kid}`)?.open(boxed.join('.'), place) ?? ''
    }
    const sealed = new Map(
      sealedColumnsOf(schemaTables()).map(({ row, value }) => {
        const placeOf = placesOf(value)
        return [
          value.name,
          (text: string, found: Row) => open(text, placeOf(String(found[row.name]))),
        ] as const
      }),
    )
    return tables()
      .flatMap((table) =>
        rows(`select * from "${table}"`).flatMap((row) =>
          Object.entries(row).map(([column, value]) => {
            const opened = sealed.get(column)
            const text = opened && typeof value === 'string' ? opened(value, row) : String(value)
            return `${table}.${column}: ${text}`
          }),
        ),
      )
      .join('\n')
  })
}
