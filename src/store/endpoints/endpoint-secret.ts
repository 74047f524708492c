import { type Static, Type } from '@sinclair/typebox'
import { Value } from '@sinclair/typebox/value'
import type { Sealing } from '../../secrets/sealing.ts'
import { channelEndpoints } from '../schema/channels.ts'
import { placesOf } from '../schema/sealed.ts'

const EndpointSecret = Type.Record(Type.String(), Type.Unknown())
/** The fields of an endpoint's value that are secrets. */
export type EndpointSecret = Static<typeof EndpointSecret>

const placeOf = placesOf(channelEndpoints.secretSealed)

export const sealSecret = (
  sealing: Sealing,
  endpointId: string,
  secret: EndpointSecret | null,
): string | null =>
  secret === null ? null : sealing.seal(JSON.stringify(secret), placeOf(endpointId))

/** Decrypts a row's secret. */
export function openSecret<Row extends { id: string; secretSealed: string | null }>(
  sealing: Sealing,
  { secretSealed, ...row }: Row,
): Omit<Row, 'secretSealed'> & { secret: EndpointSecret | null } {
  if (secretSealed === null) return { ...row, secret: null }
  const json = sealing.open(secretSealed, placeOf(row.id))
  return { ...row, secret: Value.Parse(EndpointSecret, JSON.parse(json)) }
}
