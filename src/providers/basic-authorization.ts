import type { ProviderApp } from './provider.ts'

/**
 * HTTP Basic for an OAuth client: both parts are form-encoded before they are joined (RFC 6749
 * §2.3.1).
 */
export function basicAuthorization({
  clientId,
  clientSecret,
}: Pick<ProviderApp, 'clientId' | 'clientSecret'>): string {
  const encode = (text: string): string => new URLSearchParams({ '': text }).toString().slice(1)
  return `Basic ${btoa(`${encode(clientId)}:${encode(clientSecret)}`)}`
}
