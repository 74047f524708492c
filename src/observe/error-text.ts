/** An error in a form that is safe to show to an operator, in the log and elsewhere. */
export type ErrorText = {
  /** The name of its class. */
  type: string
  /** Followed by the messages of its causes. */
  message: string
  /** Followed by the stacks of its causes. */
  stack: string
  /** The first code found on the error or its causes, such as `SQLITE_BUSY`. */
  code?: string
}

/** Guards against a chain of causes that is circular. */
const MAX_CAUSES = 10

/**
 * Describes an error by these fields and no other that it may carry. A failed query is described by
 * its SQL and its cause, never by its parameters: these include digests of API keys and the `jti`
 * of links that can still be used.
 */
export function errorText(error: unknown): ErrorText {
  const chain = chainOf(error)
  const code = chain.map(codeOf).find((found) => found !== null)
  return {
    type: error instanceof Error ? error.constructor.name : typeof error,
    message: chain.map(messageOf).join(': '),
    stack: chain.map(stackOf).join('\ncaused by: '),
    ...(code && { code }),
  }
}

function chainOf(error: unknown): unknown[] {
  const chain: unknown[] = []
  for (let next = error; next !== undefined && next !== null; ) {
    if (chain.includes(next) || chain.length === MAX_CAUSES) break
    chain.push(next)
    next = next instanceof Error ? next.cause : null
  }
  return chain
}

function codeOf(error: unknown): string | null {
  const code: unknown = error instanceof Error ? Reflect.get(error, 'code') : null
  return typeof code === 'string' ? code : null
}

function messageOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  return queryOf(error) ?? error.message
}

/** Describes a failed query without its parameters, which drizzle puts into the message. */
function queryOf(error: Error): string | null {
  const query: unknown = Reflect.get(error, 'query')
  return typeof query === 'string' && 'params' in error ? `Failed query: ${query}` : null
}

function stackOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  const query = queryOf(error)
  const { message, stack = message } = error
  if (query === null) return stack
  // A stack normally begins with the message. If it does not, its contents are unknown.
  return stack.includes(message) ? stack.replace(message, () => query) : query
}
