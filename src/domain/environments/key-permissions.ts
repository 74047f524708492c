/**
 * The permissions of API keys, with the description used in help texts and guides. Imports nothing,
 * because help must start fast.
 */
export const KEY_PERMISSIONS = {
  all: 'everything',
  read: 'read, without tokens and webhook URLs',
  tokens: 'read, with tokens and webhook URLs',
  links: 'create links and what they need, and change nothing that exists',
} as const

export type KeyPermission = keyof typeof KEY_PERMISSIONS

export const isKeyPermission = (text: string): text is KeyPermission =>
  Object.hasOwn(KEY_PERMISSIONS, text)

/** Whether a key sees tokens and webhook URLs, instead of placeholders. */
export const showsSecrets = (permission: KeyPermission): boolean =>
  permission === 'all' || permission === 'tokens'

/** Whether a key may change existing data. */
export const mayChange = (permission: KeyPermission): boolean => permission === 'all'

/** Shown instead of a secret to a key that may not see it. */
export const REDACTED = '[redacted]'
