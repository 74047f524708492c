/** An error as it may be told to an operator, in the log and elsewhere. */
export type ErrorText = {
  /** Its class. */
  type: string
  /** With those of its causes behind it. */
  message: string
  /** With those of its causes below it. */
  stack: string
  /** The first that it or a cause has, such as `SQLITE_BUSY`. */
  code?: string
}

/** A chain of causes can be a circle. */
const MOST_CAUSES = 10

/**
 * What to tell of an error: these fields, and no other that it may carry. A query that failed is
 * told by its SQL and the cause. What it was to read goes nowhere: among a query's parameters are
 * digests of API keys, and the name of a link that can still be used.
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
    if (chain.includes(next) || chain.length === MOST_CAUSES) break
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

/** A failed query, told without its parameters, which drizzle puts into its message. */
function queryOf(error: Error): string | null {
  const query: unknown = Reflect.get(error, 'query')
  return typeof query === 'string' && 'params' in error ? `Failed query: ${query}` : null
}

function stackOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  const query = queryOf(error)
  const { message, stack = message } = error
  if (query === null) return stack
  // A stack begins with the message. Where it does not, nobody knows what is in it.
  return stack.includes(message) ? stack.replace(message, () => query) : query
}
