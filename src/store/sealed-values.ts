import type { Sealing } from '../secrets/sealing.ts'
import type { Database } from './client.ts'
import { integrations } from './schema.ts'
import { channelConnections } from './schema-channels.ts'
import { idempotencyRecords } from './schema-internal.ts'

/** A value that does not open: where it is, and nothing of what it holds. */
export type DeadValue = { table: string; column: string; row: string }

export type SealedValues = {
  /** Opens every sealed value, and answers how many there are and which do not open. */
  check(): Promise<{ checked: number; dead: DeadValue[] }>
}

/** All that the secret key seals, wherever it is stored. */
export function createSealedValues(database: Database, sealing: Sealing): SealedValues {
  return {
    async check() {
      const places = [
        ...(await database.select().from(integrations)).map(({ id, credentialsSealed }) => ({
          place: { table: 'integrations', column: 'credentials', row: id },
          sealed: credentialsSealed,
        })),
        ...(await database.select().from(channelConnections)).map(({ id, authSealed }) => ({
          place: { table: 'channel_connections', column: 'auth', row: id },
          sealed: authSealed,
        })),
        ...(await database.select().from(idempotencyRecords)).map(({ scope, bodySealed }) => ({
          place: { table: 'idempotency_records', column: 'body', row: scope },
          sealed: bodySealed,
        })),
      ]
      const dead = places.filter(({ sealed, place }) => !opens(sealing, sealed, place))
      return { checked: places.length, dead: dead.map(({ place }) => place) }
    },
  }
}

function opens(sealing: Sealing, sealed: string, place: DeadValue): boolean {
  try {
    sealing.open(sealed, place)
    return true
  } catch {
    return false
  }
}
