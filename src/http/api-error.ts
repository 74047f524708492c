import type { FieldError, Invalid } from '../domain/shape.ts'

export type ApiErrorOptions = {
  /** A message for the log only, with details that the caller must not see. */
  internal?: string
  headers?: Readonly<Record<string, string>>
  /** Validation errors by field name; present on every 422. */
  errors?: Readonly<Record<string, FieldError>>
  cause?: unknown
}

/** An error response: its status, a stable code, and a message for the caller. */
export class ApiError extends Error {
  override readonly name = 'ApiError'
  constructor(
    readonly status: number,
    readonly code: string,
    readonly publicMessage: string,
    readonly options: ApiErrorOptions = {},
  ) {
    super(options.internal ?? publicMessage, { cause: options.cause })
  }
}

export const badRequest = (code: string, message: string): ApiError =>
  new ApiError(400, code, message)

export const notFound = (code: string, message: string): ApiError =>
  new ApiError(404, code, message)

export const conflict = (code: string, message: string): ApiError =>
  new ApiError(409, code, message)

export const invalid = (errors: Readonly<Record<string, FieldError>>): ApiError =>
  new ApiError(422, 'validation_failed', 'Validation Error', { errors })

/** The 422 for input that does not match a schema of the domain. */
export const refusedFields = ({ fields }: Invalid): ApiError => invalid(fields)
