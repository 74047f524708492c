import { afterAll, expect, test } from 'bun:test'
import { ApiError } from '../../src/http/api-error.ts'
import { createAuthenticate } from '../../src/http/authenticate.ts'
import { createAddressLimit } from '../../src/http/client-address.ts'
import { createRateLimits } from '../../src/http/rate-limits.ts'
import { API_KEY, startService } from '../harness/service.ts'

const service = await startService({ LATCH_RATE_LIMIT_GLOBAL: '10' })
afterAll(() => service.stop())

test('made-up keys beyond the limit of their address are looked up four at a time', async () => {
  const { deps } = service
  let lookedUp = 0
  const apiKeys: typeof deps.store.apiKeys = {
    ...deps.store.apiKeys,
    findHolder: (digest) => {
      lookedUp += 1
      return deps.store.apiKeys.findHolder(digest)
    },
  }
  const limits = createRateLimits(deps.config, () => 0, deps.metrics)
  const { authenticate } = createAuthenticate(
    { store: { ...deps.store, apiKeys }, clock: deps.clock },
    createAddressLimit(deps, limits, () => '203.0.113.9'),
  )
  const statusFor = (apiKey: string): Promise<number> =>
    authenticate(
      new Request('http://latch/', { headers: { authorization: `ApiKey ${apiKey}` } }),
    ).then(
      () => 200,
      (error: unknown) => (error instanceof ApiError ? error.status : 0),
    )
  const another = await service.addKey({})
  expect(await statusFor(API_KEY)).toBe(200)
  for (let guess = 0; guess < 11; guess += 1) expect(await statusFor(`guess-${guess}`)).toBe(401)
  expect(lookedUp).toBe(12)
  const guesses = Array.from({ length: 50 }, (_, guess) => statusFor(`more-${guess}`))
  expect(await Promise.all([...guesses, statusFor(API_KEY)])).toEqual([...Array(50).fill(429), 200])
  // Four at once, and the key that is in use.
  expect(lookedUp).toBe(17)
  // One after the other, so that a new valid key has its turn.
  expect(await statusFor('guess')).toBe(429)
  expect(await statusFor(another)).toBe(200)
})
