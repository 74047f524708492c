import { Type } from '@sinclair/typebox'

/**
 * The error response of Slack's methods, whatever the HTTP status
 * (https://docs.slack.dev/apis/web-api).
 */
export const SlackRefusal = Type.Object({ ok: Type.Literal(false), error: Type.String() })
