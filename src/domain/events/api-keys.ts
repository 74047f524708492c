import { Type } from '@sinclair/typebox'
import { defineEvent, timeOrNull } from './define.ts'

const data = Type.Object({
  name: Type.String(),
  permission: Type.String(),
  expiresAt: timeOrNull(),
})

/** What happens to API keys. The subject is the key's id; the key itself is never told. */
export const apiKeyEvents = {
  'api_key.created': defineEvent({
    description: 'An API key was made.',
    subject: 'api_key',
    data,
  }),
  'api_key.revoked': defineEvent({
    description: 'An API key was revoked, and is worth nothing from now on.',
    subject: 'api_key',
    data,
  }),
}
