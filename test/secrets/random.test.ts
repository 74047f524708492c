import { describe, expect, test } from 'bun:test'
import { createApiKey, digestApiKey } from '../../src/secrets/api-key.ts'
import { createRandom } from '../../src/secrets/random.ts'

const random = createRandom()
const NOW_MS = 1_800_000_000_000
const MANY = 5000

const shapes: [string, () => string, RegExp][] = [
  ['a record id', () => random.recordId(NOW_MS), /^[0-9a-f]{24}$/],
  ['an identifier', () => random.identifier(), /^[A-Za-z0-9]{12}$/],
  ["a state's id", () => random.stateId(), /^[\w-]{22}$/],
  ["a request's id", () => random.requestId(), /^[\w-]{16}$/],
  ["an API key's secret", () => random.apiKeySecret(), /^[A-Za-z0-9]{32}$/],
  ['an API key', () => createApiKey(random), /^latch_[A-Za-z0-9]{32}$/],
]
for (const [name, make, shape] of shapes) {
  test(`${name} has its shape, and comes once`, () => {
    const made = Array.from({ length: MANY }, make)
    expect(made.filter((text) => !shape.test(text))).toEqual([])
    expect(new Set(made).size).toBe(MANY)
  })
}

describe('a record id', () => {
  test('begins with its second, so that ids are in the order of their time', () => {
    const at = (seconds: number): string => random.recordId(NOW_MS + seconds * 1000)
    expect(at(0).slice(0, 8)).toBe((NOW_MS / 1000).toString(16))
    expect(random.recordId(NOW_MS + 999).slice(0, 8)).toBe(at(0).slice(0, 8))
    const inOrder = [-1_000_000_000, -1, 0, 1, 60, 86_400, 1_000_000_000].map(at)
    expect([...inOrder].sort()).toEqual(inOrder)
  })

  test('has its 24 digits from 1970 on', () => {
    const many = Array.from({ length: 1000 }, () => random.recordId(NOW_MS))
    expect([...many].sort()).toEqual(many)
    expect(random.recordId(0)).toMatch(/^00000000[0-9a-f]{16}$/)
  })
})

describe('letters', () => {
  test('are as many as were asked for', () => {
    for (const length of [0, 1, 7, 100]) expect(random.alphanumeric(length)).toHaveLength(length)
  })

  test('are each as likely as the other', () => {
    const counts = new Map<string, number>()
    for (const letter of random.alphanumeric(62_000))
      counts.set(letter, (counts.get(letter) ?? 0) + 1)
    expect(counts.size).toBe(62)
    // 1000 each, with a standard deviation of 31: ten of them never happen by chance.
    expect(Math.min(...counts.values())).toBeGreaterThan(690)
    expect(Math.max(...counts.values())).toBeLessThan(1310)
  })
})

test('bytes are as many as were asked for', () => {
  for (const length of [0, 1, 12, 32]) expect(random.bytes(length)).toHaveLength(length)
  expect(random.bytes(32)).not.toEqual(random.bytes(32))
})

// docs/decisions/0014-secrets.md
test('an API key is stored as its SHA-256, in which it is not to be seen', () => {
  const key = 'latch_0123456789abcdefghijklmnopqrstuv'
  expect(digestApiKey(key)).toBe(new Bun.CryptoHasher('sha256').update(key).digest('hex'))
  expect(digestApiKey(key)).not.toContain(key.slice(6))
})
