import type { App } from './provider.ts'

/** RFC 6749 §2.3.1: both parts are form-encoded before they are joined. */
export function basicAuthorization({
  clientId,
  clientSecret,
}: Pick<App, 'clientId' | 'clientSecret'>): string {
  const encode = (text: string): string => new URLSearchParams({ '': text }).toString().slice(1)
  return `Basic ${btoa(`${encode(clientId)}:${encode(clientSecret)}`)}`
}
