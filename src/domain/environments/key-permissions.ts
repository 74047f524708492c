/** What an API key may be allowed, and how help and guides say it. Imports nothing, as help is quick. */
export const KEY_PERMISSIONS = {
  all: 'everything',
  read: 'read, without tokens and webhook URLs',
  tokens: 'read, with tokens and webhook URLs',
  links: 'create links and what they need, and change nothing that exists',
} as const

export type KeyPermission = keyof typeof KEY_PERMISSIONS

export const isKeyPermission = (text: string): text is KeyPermission =>
  Object.hasOwn(KEY_PERMISSIONS, text)

/** Whether a key sees tokens and webhook URLs, and not placeholders for them. */
export const showsSecrets = (permission: KeyPermission): boolean =>
  permission === 'all' || permission === 'tokens'

/** Whether a key may change what exists. */
export const mayChange = (permission: KeyPermission): boolean => permission === 'all'

/** What is shown in place of a secret to a key that must not see it. */
export const REDACTED = '[redacted]'
