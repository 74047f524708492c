/**
 * The permissions of API keys, with the description used in help texts and guides. A key can have
 * several. Imports nothing, because help must start fast.
 */
export const KEY_PERMISSIONS = {
  all: 'everything, except speaker tokens',
  read: 'read, without tokens and webhook URLs',
  tokens: 'read, with tokens and webhook URLs',
  links: 'create links and what they need, and change nothing that exists',
  speak: 'create speaker tokens, for the audiences of the key',
} as const

export type KeyPermission = keyof typeof KEY_PERMISSIONS
export type KeyPermissions = readonly KeyPermission[]

export const isKeyPermission = (text: string): text is KeyPermission =>
  Object.hasOwn(KEY_PERMISSIONS, text)

/** The permissions in the order of the table above. */
export const inOrder = (permissions: KeyPermissions): KeyPermissions =>
  Object.keys(KEY_PERMISSIONS)
    .filter(isKeyPermission)
    .filter((one) => permissions.includes(one))

/** Whether a key sees tokens and webhook URLs, instead of placeholders. */
export const showsSecrets = (permissions: KeyPermissions): boolean =>
  permissions.includes('all') || permissions.includes('tokens')

/** Whether a key may read. */
export const mayRead = (permissions: KeyPermissions): boolean =>
  showsSecrets(permissions) || permissions.includes('read')

/** Whether a key may create links. */
export const mayLink = (permissions: KeyPermissions): boolean =>
  permissions.includes('all') || permissions.includes('links')

/** Whether a key may change existing data. */
export const mayChange = (permissions: KeyPermissions): boolean => permissions.includes('all')

/**
 * Whether a key may create speaker tokens. A key that may do everything else may not: such a token
 * says to another service who somebody is.
 */
export const maySpeak = (permissions: KeyPermissions): boolean => permissions.includes('speak')

/** Shown instead of a secret to a key that may not see it. */
export const REDACTED = '[redacted]'

/** The audience used in the samples of the API description, and of the sandbox's key. */
export const EXAMPLE_AUDIENCE = 'https://app.example.com'
