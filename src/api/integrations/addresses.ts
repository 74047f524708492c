import { isLoopback } from '../../config-reader.ts'
import type { FieldError } from '../../domain/shape.ts'
import { invalid } from '../../http/api-error.ts'

type Addresses = { redirectUrl?: string; openerOrigin?: string }

/**
 * Users are sent to, and told of, these: what is not plainly an https address of somebody's
 * (`//evil`, `https:evil`, `https://us@evil`, line breaks) is refused when it is set (RFC 9700
 * §4.11). Throws 422.
 */
export function refuseUnsafeAddresses({ redirectUrl, openerOrigin }: Addresses): void {
  const errors: Record<string, FieldError> = {}
  if (redirectUrl !== undefined && !isSafe(redirectUrl)) {
    const messages = ['redirectUrl must be an https address, with no user and no fragment']
    errors['credentials.redirectUrl'] = { messages, value: redirectUrl }
  }
  if (openerOrigin !== undefined && !isOrigin(openerOrigin)) {
    const messages = ['openerOrigin must be an origin, such as https://app.example.com']
    errors['credentials.openerOrigin'] = { messages, value: openerOrigin }
  }
  if (Object.keys(errors).length > 0) throw invalid(errors)
}

function isSafe(text: string): boolean {
  // Parsers of URLs forgive what a person would not read as the same address.
  if (!/^https?:\/\/[^\s\\@#]+$/.test(text)) return false
  const url = URL.parse(text)
  return url !== null && (url.protocol === 'https:' || isLoopback(url.hostname))
}

const isOrigin = (text: string): boolean => isSafe(text) && URL.parse(text)?.origin === text
