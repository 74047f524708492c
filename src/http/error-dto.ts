import { type Static, Type } from '@sinclair/typebox'
import type { FieldError } from '../domain/shape.ts'

const common = {
  error: Type.Optional(
    Type.String({ description: 'The status in words.', examples: ['Not Found'] }),
  ),
  statusCode: Type.Integer({ description: 'The HTTP status.', examples: [404] }),
  timestamp: Type.String({ format: 'date-time', examples: ['2026-01-01T00:00:00.000Z'] }),
  path: Type.String({
    description: 'Path and query as they came; never a `code` or `state`.',
    examples: ['/v1/channel-endpoints'],
  }),
  message: Type.String({ examples: ['Subscriber not found: subscriber-123'] }),
  ctx: Type.Readonly(
    Type.Record(Type.String(), Type.Unknown(), {
      description: 'Details. `code` is stable: programs should look at it, not at `message`.',
      examples: [{ error: 'Not Found', statusCode: 404, code: 'subscriber_not_found' }],
    }),
  ),
  errorId: Type.Optional(
    Type.String({ description: 'On a 500: by which the fault is found in the log.' }),
  ),
}

export const ErrorDto = Type.Object(common, { title: 'ErrorDto' })

const ConstraintValidation = Type.Object(
  {
    messages: Type.Array(Type.String(), { examples: [['subscriberId must be a string']] }),
    value: Type.Optional(Type.Unknown({ description: 'What came.' })),
  },
  { title: 'ConstraintValidation' },
)

/** With every field that is wrong, at once. */
export const ValidationErrorDto = Type.Object(
  {
    ...common,
    errors: Type.Record(Type.String(), ConstraintValidation, { description: 'By field name.' }),
  },
  { title: 'ValidationErrorDto' },
)

export type ErrorBody = Static<typeof ErrorDto> & {
  errors?: Readonly<Record<string, FieldError>>
}
