import type { TSchema } from '@sinclair/typebox'
import type { TypeCheck } from '@sinclair/typebox/compiler'
import { invalidFields } from '../domain/shape.ts'
import { type ApiError, refusedFields } from './api-error.ts'

/** The 422 for parameters that Elysia found wrong, told as those of a body are. */
export const validationError = (validator: TypeCheck<TSchema>, value: unknown): ApiError =>
  refusedFields(invalidFields(validator, value))
