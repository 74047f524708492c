import { existsSync } from 'node:fs'
import { type Static, type TSchema, Type } from '@sinclair/typebox'
import { Value } from '@sinclair/typebox/value'
import type { Action } from './action.ts'
import { OperatorError, UsageError } from './errors.ts'
import { operatorSocketPath } from './socket.ts'

export type Sent<Output> = { kind: 'not_running' } | { kind: 'done'; output: Output }

const Refusal = Type.Object({ message: Type.String() })
/** Errors that mean no server is listening: a stale socket, or one that is closing. */
const NOT_LISTENING = new Set(['ConnectionRefused', 'ECONNREFUSED', 'ENOENT', 'FailedToOpenSocket'])

/**
 * Runs an action in the latch process that serves `dataDir`. Throws `UsageError` if latch
 * refuses it, and `OperatorError` if it failed.
 */
export async function sendAction<Input extends TSchema, Output extends TSchema>(
  dataDir: string,
  action: Action<Input, Output>,
  input: Static<Input>,
): Promise<Sent<Static<Output>>> {
  const unix = operatorSocketPath(dataDir)
  if (!existsSync(unix)) return { kind: 'not_running' }
  const response = await post(unix, action.name, JSON.stringify(input))
  if (response === null) return { kind: 'not_running' }
  const answer: unknown = await response.json().catch(() => undefined)
  if (response.ok && Value.Check(action.output, answer)) return { kind: 'done', output: answer }
  if (response.ok || !Value.Check(Refusal, answer)) {
    throw new OperatorError(
      'The running latch is a different version from this command. Restart it, or use its executable.',
    )
  }
  throw response.status === 422 ? new UsageError(answer.message) : new OperatorError(answer.message)
}

async function post(unix: string, name: string, body: string): Promise<Response | null> {
  try {
    // No time limit: an action may go through all the data.
    return await fetch(`http://latch/${name}`, { unix, method: 'POST', body, timeout: false })
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : ''
    if (NOT_LISTENING.has(code)) return null
    if (code === 'EACCES' || code === 'PermissionDenied') {
      throw new OperatorError(`No permission for ${unix}. Run this as the user that latch runs as.`)
    }
    throw new OperatorError(`The running latch does not respond: ${code || error}`)
  }
}
