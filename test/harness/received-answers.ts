import { appendFileSync, readFileSync } from 'node:fs'
import type { DeclaredRoute } from '../../src/http/declares.ts'
import { responsesOf } from '../../src/http/responses.ts'

/** The file in which a run of the tests notes the answers that it received, if that is wanted. */
export const RECEIVED_FILE = 'LATCH_TEST_RECEIVED'

const file = process.env[RECEIVED_FILE]
const noted = new Set<string>()

const pair = (operationId: string, status: number): string => `${operationId} ${status}`

/** Notes that a test received this answer of an operation. */
export function noteReceived({ declaration }: DeclaredRoute, status: number): void {
  if (file === undefined) return
  const line = pair(declaration.operationId, status)
  if (noted.has(line)) return
  noted.add(line)
  appendFileSync(file, `${line}\n`)
}

/** An answer that no test needs to receive, of one operation or of all, and why. */
export type Exempt = { operationId?: string; status: number; because: string }

/**
 * The answers that operations declare and that nobody received in the run that noted `received`, and
 * those that are exempt although somebody did receive them, in words.
 */
export function neverReceived(
  operations: readonly DeclaredRoute[],
  received: ReadonlySet<string>,
  exempt: readonly Exempt[],
): string[] {
  const isExempt = (operationId: string, status: number): boolean =>
    exempt.some((one) => one.status === status && (one.operationId ?? operationId) === operationId)
  const missing = operations.flatMap(({ method, path, declaration }) => {
    const { operationId } = declaration
    return [...responsesOf(method, declaration).keys()]
      .filter((status) => !received.has(pair(operationId, status)))
      .filter((status) => !isExempt(operationId, status))
      .map((status) => `${status} of ${method} ${path} (${operationId}) was never received`)
  })
  const needless = exempt
    .filter(({ operationId = '', status }) => received.has(pair(operationId, status)))
    .map(({ operationId, status }) => `${status} of ${operationId} is exempt, and was received`)
  return [...missing, ...needless]
}

export const readReceived = (path: string): ReadonlySet<string> =>
  new Set(readFileSync(path, 'utf8').split('\n'))
