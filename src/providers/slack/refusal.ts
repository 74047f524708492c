import { Type } from '@sinclair/typebox'

/** How Slack's methods say no, whatever the status (https://docs.slack.dev/apis/web-api). */
export const SlackRefusal = Type.Object({ ok: Type.Literal(false), error: Type.String() })
