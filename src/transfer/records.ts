import { type Static, Type } from '@sinclair/typebox'
import { ConnectionContent, NewConnection } from '../domain/connections/shape.ts'
import { ContextData, ContextKeys, contextTypeOrId } from '../domain/contexts/payload.ts'
import { NewEndpoint } from '../domain/endpoints/shape.ts'
import { identifierOf } from '../domain/identifier.ts'
import { createShape, inOneLine, type Shape } from '../domain/shape.ts'
import { SubscriberId, SubscriberProfile } from '../domain/subscribers/shape.ts'

/** When a record was created and changed. Its id begins with the second of its creation. */
const time = (name: string) =>
  Type.Optional(
    Type.String({
      format: 'date-time',
      // Ids begin with the seconds since 1970 in 8 hexadecimal digits, which overflow in 2106.
      pattern: '^(19[89]|20\\d)\\d-',
      errorMessage: `${name} must be an ISO 8601 date, such as 2026-01-31T12:00:00Z`,
    }),
  )
const times = { createdAt: time('createdAt'), updatedAt: time('updatedAt') }

const contextName = (name: string) =>
  Type.String({
    ...contextTypeOrId('org-acme'),
    errorMessage: `${name} must be 1 to 100 letters, digits, hyphens or underscores`,
  })

const identifier = identifierOf()
const text = Type.String({ minLength: 1 })
const textOrNull = Type.Union([Type.String(), Type.Null()])
const { integrationIdentifier } = NewConnection.properties
const { workspace, auth } = ConnectionContent.properties

/** The records of a transfer, one line of JSON each; integrations before what belongs to them. */
const RECORDS = {
  environment: Type.Object({ record: Type.Literal('environment'), name: text }),
  integration: Type.Object({
    record: Type.Literal('integration'),
    identifier,
    name: text,
    providerId: text,
    channel: text,
    active: Type.Boolean(),
    /** Absent unless secrets were requested. */
    credentials: Type.Optional(
      Type.Record(Type.String(), Type.Union([Type.String(), Type.Boolean()])),
    ),
    ...times,
  }),
  subscriber: Type.Object({
    record: Type.Literal('subscriber'),
    subscriberId: SubscriberId,
    profile: SubscriberProfile,
    ...times,
  }),
  context: Type.Object({
    record: Type.Literal('context'),
    type: contextName('type'),
    id: contextName('id'),
    data: ContextData,
    ...times,
  }),
  connection: Type.Object({
    record: Type.Literal('connection'),
    identifier,
    integrationIdentifier,
    subscriberId: textOrNull,
    contextKeys: Type.Optional(ContextKeys),
    workspace,
    origin: Type.Optional(
      Type.Union([Type.Literal('identity'), Type.Literal('install'), Type.Literal('api')]),
    ),
    /** Absent unless secrets were requested. */
    auth: Type.Optional(auth),
    ...times,
  }),
  endpoint: Type.Object({
    record: Type.Literal('endpoint'),
    identifier,
    integrationIdentifier,
    connectionIdentifier: textOrNull,
    subscriberId: NewEndpoint.properties.subscriberId,
    contextKeys: Type.Optional(ContextKeys),
    type: NewEndpoint.properties.type,
    endpoint: NewEndpoint.properties.endpoint,
    /** The workspace of a linked user; without it, the connection's is meant. */
    workspaceId: Type.Optional(text),
    /** Another id of that workspace. */
    workspaceAlias: Type.Optional(text),
    ...times,
  }),
}
type Kind = keyof typeof RECORDS
const KINDS = Object.keys(RECORDS)
const isKind = (value: unknown): value is Kind =>
  typeof value === 'string' && Object.hasOwn(RECORDS, value)

export type RecordOf<Wanted extends Kind> = Static<(typeof RECORDS)[Wanted]>
export type TransferRecord = { [Each in Kind]: RecordOf<Each> }[Kind]

/**
 * A record, or why it is not one; `name` is what the record would be called, if that can be
 * determined.
 */
export type ReadRecord =
  | { kind: 'record'; record: TransferRecord }
  | { kind: 'refused'; name: string | null; why: string }

/** Parses untyped input as a record, with the same schemas as the API. */
export function createRecordReader(): (value: unknown) => ReadRecord {
  const shapes: { [Each in Kind]: Shape<(typeof RECORDS)[Each]> } = {
    environment: createShape(RECORDS.environment),
    integration: createShape(RECORDS.integration),
    subscriber: createShape(RECORDS.subscriber),
    context: createShape(RECORDS.context),
    connection: createShape(RECORDS.connection),
    endpoint: createShape(RECORDS.endpoint),
  }
  return function readRecord(value) {
    const kind = propertyOf(value, 'record')
    if (!isKind(kind)) {
      const why = `its "record" must be one of the following values: ${KINDS.join(', ')}`
      return { kind: 'refused', name: null, why }
    }
    const read = shapes[kind].read(value)
    return read.kind === 'valid'
      ? { kind: 'record', record: read.value }
      : { kind: 'refused', name: nameOf(value), why: inOneLine(read) }
  }
}

/** A record's display name: its kind and its identifier. Null if it has none. */
export function nameOf(record: unknown): string | null {
  const property = (name: string): string | null => {
    const value = propertyOf(record, name)
    return typeof value === 'string' && value !== '' ? value : null
  }
  const kind = property('record')
  const [type, id] = [property('type'), property('id')]
  const identifier =
    kind === 'context' && type !== null && id !== null
      ? `${type}:${id}`
      : (property(kind === 'subscriber' ? 'subscriberId' : 'identifier') ?? property('name'))
  return kind === null || identifier === null ? null : `${kind} ${quoted(identifier)}`
}

const propertyOf = (value: unknown, name: string): unknown =>
  typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined

const MAX_NAME_LENGTH = 100

/**
 * Makes text from a file or another service safe to show in a terminal: on one line, without
 * control characters, and truncated.
 */
function quoted(text: string): string {
  const short = text.length > MAX_NAME_LENGTH ? `${text.slice(0, MAX_NAME_LENGTH)}…` : text
  return short.replaceAll(
    /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu,
    (character) => `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`,
  )
}
