import { describe, expect, test } from 'bun:test'
import { connectTenant, consentAsAdmin } from '../api/links/teams.ts'
import { LINK_PATH, SAMPLE_BODY, startService, type TestService } from '../harness/service.ts'

const watched = () => startService({ LATCH_METRICS_ADDRESS: '127.0.0.1:0' })

async function scrape(service: TestService): Promise<string> {
  const response = await fetch(`${service.metricsUrl}/metrics`)
  expect(response.headers.get('content-type')).toStartWith('text/plain; version=0.0.4')
  return response.text()
}

/** The value of one line, by its name and labels. */
const readValue = (text: string, line: string): number | null => {
  const found = text.split('\n').find((candidate) => candidate.startsWith(`${line} `))
  return found === undefined ? null : Number(found.split(' ').at(-1))
}

describe('the metrics', () => {
  test('count requests, links, callbacks, replays and refusals', async () => {
    const service = await startService({
      LATCH_METRICS_ADDRESS: '127.0.0.1:0',
      LATCH_RATE_LIMIT_CONFIGURATION: '1',
    })
    const key = { 'idempotency-key': 'one' }
    await service.open(await service.consent(await service.link()))
    await service.api('POST', LINK_PATH, SAMPLE_BODY, key)
    await service.api('POST', LINK_PATH, SAMPLE_BODY, key)
    await service.api('POST', LINK_PATH, { ...SAMPLE_BODY, userScope: ['openid'] }, key)
    await service.api('GET', '/v2/subscribers/one')
    await service.api('GET', '/v2/subscribers/two')
    await service.api('GET', '/nothing/of/the/kind')
    const text = await scrape(service)
    const requests = (labels: string) =>
      readValue(text, `latch_http_request_duration_seconds_count{${labels}}`)
    expect(requests(`method="POST",route="${LINK_PATH}",status="201"`)).toBe(3)
    expect(requests(`method="POST",route="${LINK_PATH}",status="422"`)).toBe(1)
    expect(requests('method="GET",route="/v2/subscribers/:subscriberId",status="404"')).toBe(1)
    expect(requests('method="GET",route="/v2/subscribers/:subscriberId",status="429"')).toBe(1)
    expect(requests('method="GET",route="none",status="404"')).toBe(1)
    // One that was repeated was made once.
    expect(readValue(text, 'latch_links_made_total{provider="slack",mode="link_user"}')).toBe(2)
    expect(
      readValue(text, 'latch_callbacks_total{provider="slack",outcome="linked",reason=""}'),
    ).toBe(1)
    expect(readValue(text, 'latch_idempotency_total{outcome="first"}')).toBe(1)
    expect(readValue(text, 'latch_idempotency_total{outcome="replayed"}')).toBe(1)
    expect(readValue(text, 'latch_idempotency_total{outcome="other_body"}')).toBe(1)
    expect(readValue(text, 'latch_rate_limited_total{category="configuration"}')).toBe(1)
    const call = 'latch_provider_call_duration_seconds_count{provider="slack",outcome="200"}'
    expect(readValue(text, call)).toBe(1)
    expect(readValue(text, 'latch_commit_statements_count')).toBeGreaterThan(2)
    expect(readValue(text, 'latch_event_loop_lag_seconds{quantile="1"}')).toBeGreaterThanOrEqual(0)
    expect(readValue(text, 'process_resident_memory_bytes')).toBeGreaterThan(10_000_000)
    expect(text).toMatch(/latch_secret_key_info\{kid="[\w-]{8}",state="current"\} 1/)
    await service.stop()
  })

  test('count a link once if another process has already returned it', async () => {
    const service = await watched()
    // As in a process that has not answered it itself: the store alone knows of it.
    service.deps.store.idempotencyRecords.recall = () => null
    const key = { 'idempotency-key': 'one' }
    const [first, again, other] = [
      await service.api('POST', LINK_PATH, SAMPLE_BODY, key),
      await service.api('POST', LINK_PATH, SAMPLE_BODY, key),
      await service.api('POST', LINK_PATH, { ...SAMPLE_BODY, userScope: ['openid'] }, key),
    ]
    expect([first.status, again.status, other.status]).toEqual([201, 201, 422])
    expect(again.text).toBe(first.text)
    const links = 'latch_links_made_total{provider="slack",mode="link_user"}'
    expect(readValue(await scrape(service), links)).toBe(1)
    await service.link()
    expect(readValue(await scrape(service), links)).toBe(2)
    await service.stop()
  })

  test('count both steps of a consent, and one link', async () => {
    const service = await watched()
    const link = await connectTenant(service, { autoLinkUser: true })
    expect((await service.finish(await consentAsAdmin(service, link))).status).toBe(200)
    const text = await scrape(service)
    const links = (mode: string) =>
      readValue(text, `latch_links_made_total{provider="msteams",mode="${mode}"}`)
    expect([links('connect'), links('link_user')]).toEqual([1, null])
    for (const outcome of ['sign_in', 'connected']) {
      const name = `latch_callbacks_total{provider="msteams",outcome="${outcome}",reason=""}`
      expect(readValue(text, name)).toBe(1)
    }
    await service.stop()
  })

  test('name the provider and its known error codes, and no others', async () => {
    const service = await watched()
    const denied = await service.consent(await service.link(), { decision: 'deny' })
    await service.open(denied)
    await service.open(denied.replace('access_denied', 'made_up_by_somebody'))
    await service.open(`${service.url}/v1/integrations/chat/oauth/callback?error=made_up`)
    const text = await scrape(service)
    const callbacks = (labels: string) => readValue(text, `latch_callbacks_total{${labels}}`)
    const outcome = 'outcome="authorization_error"'
    expect(callbacks(`provider="slack",${outcome},reason="access_denied"`)).toBe(1)
    expect(callbacks(`provider="slack",${outcome},reason="authorization_error"`)).toBe(1)
    expect(callbacks(`provider="none",${outcome},reason="authorization_error"`)).toBe(1)
    expect(text).not.toContain('made_up')
    await service.stop()
  })

  test('reveal nothing about a person, whatever is requested', async () => {
    const service = await watched()
    await service.open(await service.consent(await service.link()))
    await service.api('GET', '/v2/subscribers/ada@example.com?email=ada@example.com')
    await fetch(`${service.url}/x/ada@example.com`, { method: 'PURGE' })
    const text = await scrape(service)
    expect(text).toContain('method="other",route="none"')
    expect(text).not.toMatch(/ada@|subscriber-123|U0ADA|[?&](code|state)=/)
    await service.stop()
  })

  test('count a provider that is down or slow as what it is', async () => {
    const service = await watched()
    const link = await service.link()
    const callback = await service.consent(link)
    service.slackAnswers.push(() => new Response('', { status: 503 }))
    await service.open(callback)
    const text = await scrape(service)
    const call = 'latch_provider_call_duration_seconds_count{provider="slack",outcome="503"}'
    expect(readValue(text, call)).toBe(1)
    expect(
      readValue(
        text,
        'latch_callbacks_total{provider="slack",outcome="provider_unavailable",reason="provider_unavailable"}',
      ),
    ).toBe(1)
    await service.stop()
  })

  test('are served on a separate listener, and nowhere else', async () => {
    const service = await watched()
    expect(service.metricsUrl).not.toBe(service.url)
    expect((await fetch(`${service.url}/metrics`)).status).toBe(404)
    expect((await fetch(`${service.metricsUrl}/v2/subscribers`)).status).toBe(404)
    await service.stop()
    expect(fetch(`${service.metricsUrl}/metrics`)).rejects.toThrow()
    const unwatched = await startService()
    expect(unwatched.metricsUrl).toBeNull()
    await unwatched.stop()
  })
})
