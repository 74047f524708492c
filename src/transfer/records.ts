import { type Static, Type } from '@sinclair/typebox'
import { TypeCompiler } from '@sinclair/typebox/compiler'

const text = Type.String({ minLength: 1 })
const times = { createdAt: Type.Optional(Type.String()), updatedAt: Type.Optional(Type.String()) }
const anything = Type.Record(Type.String(), Type.Unknown())
const keys = Type.Optional(Type.Array(Type.String()))

/** What is transferred, a line of JSON each; integrations before what belongs to them. */
export const TransferRecord = Type.Union([
  Type.Object({ record: Type.Literal('environment'), name: text }),
  Type.Object({
    record: Type.Literal('integration'),
    identifier: text,
    name: text,
    providerId: text,
    channel: text,
    active: Type.Boolean(),
    /** Absent unless secrets were asked for. */
    credentials: Type.Optional(
      Type.Record(Type.String(), Type.Union([Type.String(), Type.Boolean()])),
    ),
    ...times,
  }),
  Type.Object({
    record: Type.Literal('subscriber'),
    subscriberId: text,
    profile: anything,
    ...times,
  }),
  Type.Object({ record: Type.Literal('context'), type: text, id: text, data: anything, ...times }),
  Type.Object({
    record: Type.Literal('connection'),
    identifier: text,
    integrationIdentifier: text,
    subscriberId: Type.Union([Type.String(), Type.Null()]),
    contextKeys: keys,
    workspace: Type.Object({
      id: text,
      name: Type.Optional(Type.String()),
      botUserId: Type.Optional(Type.String()),
    }),
    origin: Type.Optional(
      Type.Union([Type.Literal('identity'), Type.Literal('install'), Type.Literal('api')]),
    ),
    /** Absent unless secrets were asked for. */
    auth: Type.Optional(
      Type.Object({
        accessToken: Type.String(),
        refreshToken: Type.Optional(Type.String()),
        expiresAt: Type.Optional(Type.String()),
        refreshTokenExpiresAt: Type.Optional(Type.String()),
      }),
    ),
    ...times,
  }),
  Type.Object({
    record: Type.Literal('endpoint'),
    identifier: text,
    integrationIdentifier: text,
    connectionIdentifier: Type.Union([Type.String(), Type.Null()]),
    subscriberId: text,
    contextKeys: keys,
    type: text,
    endpoint: anything,
    ...times,
  }),
])
export type TransferRecord = Static<typeof TransferRecord>
export type RecordOf<Kind extends TransferRecord['record']> = Extract<
  TransferRecord,
  { record: Kind }
>

/** Parses untyped input; null for what is none of the records. */
export function createRecordReader(): (value: unknown) => TransferRecord | null {
  const checker = TypeCompiler.Compile(TransferRecord)
  return (value) => (checker.Check(value) ? value : null)
}
