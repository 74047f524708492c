import type { TSchema } from '@sinclair/typebox'
import { type TypeCheck, TypeCompiler } from '@sinclair/typebox/compiler'
import { validationError } from './validation.ts'

/** What a route says of the body that it takes; spread into its options. */
export type JsonBody<Schema extends TSchema> = {
  body: Schema
  transform(context: { body: unknown }): void
}

/**
 * A route's JSON body: what it is for types and the API's description, and that it is checked (422).
 * Elysia checks only a body that it has read itself, before anybody knows who sent it.
 */
export function jsonBody<Schema extends TSchema>(schema: Schema): JsonBody<Schema> {
  // Made for the first body that comes: to make all of them would take a tenth of the start.
  let checker: TypeCheck<Schema> | undefined
  return {
    body: schema,
    transform: function checkBody({ body }) {
      checker ??= TypeCompiler.Compile(schema)
      if (!checker.Check(body)) throw validationError(checker, body)
    },
  }
}
