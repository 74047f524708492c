import { TypeCompiler } from '@sinclair/typebox/compiler'
import type { Deps } from '../../deps.ts'
import type { Caller } from '../../http/authenticate.ts'
import type { Answer } from '../../http/perform.ts'
import { validationError } from '../../http/validation.ts'
import type { Write } from '../../store/writer/writes.ts'
import { type BulkSubscribers, type BulkSubscribersBody, SubscriberBody } from './model.ts'
import { upsertSubscriber } from './upsert.ts'

/**
 * Upserts up to 500 subscribers in one commit. What is wrong with one is told of it, and the others
 * are stored; one that comes twice is created and then updated, as at Novu.
 */
export async function bulkSubscribers(
  deps: Deps,
  caller: Caller,
  { subscribers }: BulkSubscribersBody,
): Promise<Answer<BulkSubscribers>> {
  const check = TypeCompiler.Compile(SubscriberBody)
  const body: BulkSubscribers = { updated: [], created: [], failed: [] }
  const writes: Write[] = []
  const seen = new Set<string>()
  for (const sent of subscribers) {
    if (!check.Check(sent)) {
      body.failed.push({ message: firstMessage(check, sent), ...named(sent) })
      continue
    }
    const subscriberId = sent.subscriberId.trim()
    const stored = await deps.store.subscribers.find(caller.environmentId, subscriberId)
    const answer = await upsertSubscriber(deps, caller, sent, false)
    writes.push(...answer.writes)
    const list = stored === null && !seen.has(subscriberId) ? body.created : body.updated
    list.push({ subscriberId })
    seen.add(subscriberId)
  }
  return { status: 201, body, writes }
}

function firstMessage(check: ReturnType<typeof TypeCompiler.Compile>, sent: unknown): string {
  const [field] = Object.values(validationError(check, sent).options.errors ?? {})
  return field?.messages.join(', ') ?? 'not a subscriber'
}

function named(sent: unknown): { subscriberId?: string } {
  if (typeof sent !== 'object' || sent === null || !('subscriberId' in sent)) return {}
  return typeof sent.subscriberId === 'string' ? { subscriberId: sent.subscriberId } : {}
}
