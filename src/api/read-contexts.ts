import {
  type ContextPayload,
  type NamedContexts,
  readContexts,
} from '../domain/contexts/payload.ts'
import { refusedFields } from '../http/api-error.ts'

/** Until all operations are decisions of the domain. Throws 422. */
export function requireContexts(payload: ContextPayload | undefined): NamedContexts {
  const read = readContexts(payload)
  if (read.kind === 'invalid') throw refusedFields(read)
  return read
}
