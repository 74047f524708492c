import { expect, test } from 'bun:test'
import { treaty } from '@elysiajs/eden'
import type { LatchApi } from '../../src/app.ts'
import { API_KEY, SAMPLE_BODY, startService } from '../harness/service.ts'

test('a typed client sees what an operation declares: the result, and each error as its DTO', async () => {
  const service = await startService()
  const client = treaty<LatchApi>(service.url, {
    headers: { authorization: `ApiKey ${API_KEY}` },
  })

  const made = await client.v2.contexts.post({ type: 'tenant', id: 'org-acme', data: { a: 1 } })
  expect(made.status).toBe(201)
  if (made.error !== null) throw made.error
  const { type, id }: { type: string; id: string } = made.data
  expect({ type, id }).toEqual({ type: 'tenant', id: 'org-acme' })

  const missing = await client.v2.contexts({ type: 'tenant' })({ id: 'nobody' }).get()
  if (missing.error?.status !== 404) throw new Error(`status ${missing.status}`)
  const message: string = missing.error.value.message
  expect(message).toContain('not found')

  const wrong = await client.v2.contexts.post({ type: 'a b', id: 'org-acme' })
  if (wrong.error?.status !== 422) throw new Error(`status ${wrong.status}`)
  const fields: Record<string, { messages: string[] }> = wrong.error.value.errors
  expect(Object.keys(fields)).toEqual(['type'])
  await service.stop()
})

test('a typed client requests a link: the URL as an object, 404 and 422 as their DTOs', async () => {
  const service = await startService()
  const client = treaty<LatchApi>(service.url, {
    headers: { authorization: `ApiKey ${API_KEY}` },
  })
  const oauth = client.v1.integrations['channel-endpoints'].oauth

  const made = await oauth.post(SAMPLE_BODY)
  expect(made.status).toBe(201)
  if (made.error !== null) throw made.error
  const { url }: { url: string } = made.data
  expect(URL.canParse(url)).toBe(true)

  const missing = await oauth.post({ ...SAMPLE_BODY, subscriberId: 'nobody' })
  if (missing.error?.status !== 404) throw new Error(`status ${missing.status}`)
  const { message, ctx }: { message: string; ctx: Readonly<Record<string, unknown>> } =
    missing.error.value
  expect([message, ctx['code']]).toEqual(['Subscriber not found: nobody', 'subscriber_not_found'])

  const wrong = await oauth.post({ ...SAMPLE_BODY, subscriberId: '' })
  if (wrong.error?.status !== 422) throw new Error(`status ${wrong.status}`)
  const { errors }: { errors: Record<string, { messages: string[]; value?: unknown }> } =
    wrong.error.value
  expect(Object.keys(errors)).toEqual(['subscriberId'])
  await service.stop()
})
