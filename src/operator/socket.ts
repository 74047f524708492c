import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { Value } from '@sinclair/typebox/value'
import { errorText } from '../observe/error-text.ts'
import type { Action, OperatorContext } from './action.ts'
import { UsageError } from './errors.ts'

export const operatorSocketPath = (dataDir: string): string => join(dataDir, 'latch.sock')

export type OperatorSocket = { stop(): Promise<void> }

/**
 * Serves `POST /<action>` on a Unix socket that only the user that latch runs as (and root) can
 * open: anyone who can could also read the secret key beside it. Throws where the system refuses
 * the socket, for example because the path is too long (107 bytes, unix(7)).
 */
export function openOperatorSocket(
  dataDir: string,
  actions: readonly Action[],
  context: OperatorContext,
): OperatorSocket {
  const unix = operatorSocketPath(dataDir)
  // This process holds the data directory's lock, so an existing socket was left by a killed latch.
  rmSync(unix, { force: true })
  const server = withMask(0o177, () =>
    Bun.serve({ unix, fetch: (request) => answer(actions, context, request) }),
  )
  return { stop: () => server.stop() }
}

async function answer(
  actions: readonly Action[],
  context: OperatorContext,
  request: Request,
): Promise<Response> {
  const name = new URL(request.url).pathname.slice(1)
  const action = actions.find((candidate) => candidate.name === name)
  if (action === undefined) return refusal(404, `The running latch has no action ${name}.`)
  const input: unknown = await request.json().catch(() => undefined)
  if (!Value.Check(action.input, input)) return refusal(400, `Invalid input for ${name}.`)
  try {
    return Response.json(await action.run(context, input))
  } catch (error) {
    if (error instanceof UsageError) return refusal(422, error.message)
    return refusal(500, errorText(error).message)
  }
}

const refusal = (status: number, message: string): Response =>
  Response.json({ message }, { status })

/** No other user may reach the socket, not even between its creation and a `chmod`. */
function withMask<Result>(mask: number, work: () => Result): Result {
  const before = process.umask(mask)
  try {
    return work()
  } finally {
    process.umask(before)
  }
}
