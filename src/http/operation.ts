import type { TSchema } from '@sinclair/typebox'

export const TAGS = {
  Links: 'Ask for links that users open, and what becomes of them.',
  Integrations: 'Your apps at Slack and Microsoft: their client ids and secrets.',
  'Channel connections': 'Workspaces and tenants, and the tokens that apps have in them.',
  'Channel endpoints': 'Who a subscriber is at a provider, and where messages for them go.',
  Subscribers: 'Your users, under your own ids.',
  Contexts: 'What links belong to in your own terms, such as a tenant or an organisation.',
  Service: 'Whether latch is well.',
} as const

export type Tag = keyof typeof TAGS

/** What a route says of itself, beside the schemas that it validates with: its `detail`. */
export type Operation = {
  /** As Novu's API description calls it, where it has it: SDKs are named after it. */
  operationId: string
  summary: string
  /** Markdown. */
  description: string
  tags: [Tag]
  deprecated?: true
  /** Whether an API key is needed. */
  access: 'api_key' | 'none'
  answer: {
    status: 200 | 201 | 204
    description: string
    /** Null for an answer without a body. */
    schema: TSchema | null
    contentType?: 'text/html'
  }
  /** When this operation says no, by status, beside what any route can answer. */
  errors?: Readonly<Record<number, string>>
  /** Query parameters of a route that reads them by hand. */
  queryParameters?: TSchema
  /** A body to try it with. */
  example?: Readonly<Record<string, unknown>>
  /** How `@novu/api` calls it; `$body` stands for the example. Absent where the SDK has no method. */
  sdk?: string
}
