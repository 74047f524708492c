import { describe, expect, test } from 'bun:test'
import { LINK_PATH, SAMPLE_BODY, startService } from '../harness/service.ts'
import { expectConforms } from './contract.ts'

describe('429', async () => {
  const service = await startService({ LATCH_RATE_LIMIT_GLOBAL: '10' })

  test('the request after the burst gets it, and the one after `Retry-After` does not', async () => {
    for (let taken = 1; taken <= 11; taken += 1) {
      const answer = await service.api('POST', LINK_PATH, SAMPLE_BODY)
      expectConforms(answer, 201)
      expect(answer.headers.get('ratelimit-limit')).toBe('10')
      expect(answer.headers.get('ratelimit-policy')).toBe(
        '10;w=1;burst=11;comment="token bucket";category="global";cost="single"',
      )
      if (taken === 1) expect(answer.headers.get('ratelimit-remaining')).toBe('10')
    }
    let answer = await service.api('POST', LINK_PATH, SAMPLE_BODY)
    // The bucket refills while the requests run: a slow machine needs a few more to empty it.
    for (let more = 0; more < 50 && answer.status === 201; more += 1) {
      answer = await service.api('POST', LINK_PATH, SAMPLE_BODY)
    }
    expectConforms(answer, 429)
    expect(answer.body).toBe('API rate limit exceeded')
    expect(answer.headers.get('retry-after')).toBe(answer.headers.get('ratelimit-reset'))
    expect(Number(answer.headers.get('retry-after'))).toBeGreaterThanOrEqual(1)
    service.advance(1000)
    expectConforms(await service.api('POST', LINK_PATH, SAMPLE_BODY), 201)
  })

  test('each category has its own limit', async () => {
    const list = await service.api('GET', '/v1/channel-endpoints')
    expect(list.headers.get('ratelimit-policy')).toBeNull()
    expect(list.status).toBe(200)
  })

  test('requests with unknown keys are limited by address', async () => {
    service.advance(10_000)
    const guess = () =>
      service.api('POST', LINK_PATH, SAMPLE_BODY, { authorization: 'ApiKey guess' })
    const statuses: number[] = []
    for (let asked = 0; asked < 60; asked += 1) statuses.push((await guess()).status)
    expect(statuses.slice(0, 11)).toEqual(Array(11).fill(401))
    expect(statuses).toContain(429)
  })

  test('unauthenticated requests are limited by address, and do not affect clients with a key', async () => {
    service.advance(10_000)
    const statuses: number[] = []
    for (let asked = 0; asked < 60; asked += 1) {
      const headers = { authorization: asked % 2 === 0 ? 'ApiKey guess' : '' }
      const answer = await service.api('POST', LINK_PATH, SAMPLE_BODY, headers)
      statuses.push(answer.status)
      if (answer.status === 429) expectConforms(answer, 429, { authenticated: false })
    }
    expect(statuses.slice(0, 11)).toEqual(Array(11).fill(401))
    expect(statuses).toContain(429)
    expectConforms(await service.api('POST', LINK_PATH, SAMPLE_BODY), 201)
    expect((await fetch(`${service.url}/healthz`)).status).toBe(200)
  })
})
