/** The scopes that latch and its users request, with descriptions for people. */
const USER_SCOPES: Readonly<Record<string, string>> = {
  'identity.basic': 'Confirm who you are in this workspace',
  'identity.email': 'See your e-mail address',
  'identity.avatar': 'See your profile picture',
  'identity.team': 'See the name of your workspace',
  'users:read': 'See people in your workspace',
  'users:read.email': 'See e-mail addresses of people in your workspace',
  'users.profile:read': 'See profile details of people in your workspace',
  'chat:write': 'Send messages on your behalf',
}
const BOT_SCOPES: Readonly<Record<string, string>> = {
  'chat:write': 'Send messages as the app',
  'chat:write.public': 'Send messages to channels that the app is not in',
  'channels:read': 'See public channels',
  'groups:read': 'See private channels that the app is in',
  'users:read': 'See people in your workspace',
  'users:read.email': 'See e-mail addresses of people in your workspace',
  'incoming-webhook': 'Post to one channel',
}

export type ScopeRequest =
  | { kind: 'asked'; botScopes: string[]; userScopes: string[]; permissions: string[] }
  | { kind: 'invalid_scope'; reason: string }

const OPENID_SCOPES: Readonly<Record<string, string>> = {
  openid: 'Confirm who you are in this workspace',
  profile: 'See your name and profile picture',
  email: 'See your e-mail address',
}

const split = (scope: string | null): string[] =>
  (scope ?? '')
    .split(/[, ]/)
    .map((name) => name.trim())
    .filter((name) => name !== '')

/** Reads `scope` and `user_scope` as Slack does, and refuses what Slack refuses. */
export function readScopes(scope: string | null, userScope: string | null): ScopeRequest {
  const botScopes = split(scope)
  const userScopes = split(userScope)
  const unknown = [
    ...botScopes.filter((name) => !Object.hasOwn(BOT_SCOPES, name)),
    ...userScopes.filter((name) => !Object.hasOwn(USER_SCOPES, name)),
  ]
  if (unknown.length > 0) {
    return { kind: 'invalid_scope', reason: `Invalid permissions requested: ${unknown.join(', ')}` }
  }
  if (botScopes.length + userScopes.length === 0) {
    return { kind: 'invalid_scope', reason: 'No scopes requested' }
  }
  const identity = userScopes.filter((name) => name.startsWith('identity.'))
  if (identity.length > 0 && identity.length < botScopes.length + userScopes.length) {
    // https://github.com/SocialiteProviders/Slack/issues/8
    const reason = 'Cannot request both identity scopes and other scopes at the same time'
    return { kind: 'invalid_scope', reason }
  }
  const permissions = [
    ...userScopes.map((name) => USER_SCOPES[name] ?? name),
    ...botScopes.map((name) => BOT_SCOPES[name] ?? name),
  ]
  return { kind: 'asked', botScopes, userScopes, permissions }
}

/** Reads the `scope` of Sign in with Slack, which accepts only its own scopes. */
export function readOpenIdScopes(scope: string | null): ScopeRequest {
  const userScopes = split(scope)
  const unknown = userScopes.filter((name) => !Object.hasOwn(OPENID_SCOPES, name))
  if (unknown.length > 0 || !userScopes.includes('openid')) {
    const reason = `Sign in with Slack takes openid, profile and email; got: ${userScopes.join(', ')}`
    return { kind: 'invalid_scope', reason }
  }
  const permissions = userScopes.map((name) => OPENID_SCOPES[name] ?? name)
  return { kind: 'asked', botScopes: [], userScopes, permissions }
}
