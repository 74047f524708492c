import { Type } from '@sinclair/typebox'
import { defineEvent, timeOrNull } from './define.ts'

const data = Type.Object({
  name: Type.String(),
  permission: Type.String({ description: 'Several are separated by commas.' }),
  audiences: Type.Optional(Type.Array(Type.String())),
  expiresAt: timeOrNull(),
})

/** Events about API keys. The subject is the key's id; the key itself never appears. */
export const apiKeyEvents = {
  'api_key.created': defineEvent({
    description: 'An API key was created.',
    subject: 'api_key',
    data,
  }),
  'api_key.revoked': defineEvent({
    description: 'An API key was revoked, and no longer works.',
    subject: 'api_key',
    data,
  }),
}
