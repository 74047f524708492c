import { Novu } from '@novu/api'
import { ErrorDto } from '@novu/api/models/errors'
import { API_KEY, type TestService } from './service.ts'

/** Novu's own SDK, set to call `service`. It does not retry, so that each call is one request. */
export const createSdk = ({ url }: TestService): Novu =>
  new Novu({ secretKey: API_KEY, serverURL: url, retryConfig: { strategy: 'none' } })

/** The status and message of the `ErrorDto` with which an SDK call fails. */
export async function sdkFailure(call: Promise<unknown>): Promise<[number, string]> {
  const error = await call.then(
    () => null,
    (reason: unknown) => reason,
  )
  if (!(error instanceof ErrorDto)) throw new Error(`not an ErrorDto: ${String(error)}`)
  return [error.statusCode, String(error.message)]
}
