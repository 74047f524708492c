import { describe, expect, test } from 'bun:test'
import {
  EXPLANATIONS,
  explain,
  explainCode,
  providerError,
  reasonLabel,
  reasonOf,
  SHARED_TEXTS,
} from '../../../src/domain/links/explanations.ts'
import { createProviders } from '../../../src/providers/create-providers.ts'
import { REGISTRY } from '../../../src/providers/registry.ts'
import { STATE_LIFETIME_MS } from '../../../src/secrets/state.ts'

const addresses = Object.fromEntries(
  REGISTRY.flatMap((one) => Object.entries(one.addresses)).map(([name, { fallback }]) => [
    name,
    fallback,
  ]),
)
const noFetch = () => Promise.reject(new Error('nobody is to be asked'))
const providers = await createProviders(REGISTRY, addresses, noFetch, Date.now)
const [slack, msteams] = ['slack', 'msteams'].map((id) => providers.get(id))

const sentBack = (error: string, description: string | null = null) =>
  ({ kind: 'authorization_error', error, description }) as const

describe("a provider's error", () => {
  test('is stored as codes, without trace ids and names', () => {
    const failure = sentBack(
      'access_denied',
      "AADSTS50020: User account 'ada@example.com' does not exist. Trace ID: 0a1b2c",
    )
    expect(providerError(failure, msteams)).toBe('access_denied (AADSTS50020)')
    expect(providerError(failure, slack)).toBe('access_denied')
    expect(providerError(failure, undefined)).toBe('access_denied')
  })

  test('is not stored if it is arbitrary text from the URL', () => {
    for (const text of ['call 555-0100', '<b>', '', 'x'.repeat(65), 'a\nb']) {
      expect(providerError(sentBack(text), slack)).toBe('unknown')
    }
  })

  test('is a metrics label only if it is a known code', () => {
    const label = (error: string, description: string | null = null): string =>
      reasonLabel(sentBack(error, description), msteams)
    expect(label('access_denied', 'AADSTS65004: declined')).toBe('AADSTS65004')
    expect(label('access_denied', 'AADSTS1: made up')).toBe('access_denied')
    expect(label('server_error')).toBe('server_error')
    expect(label('made_up')).toBe('authorization_error')
    expect(label('constructor')).toBe('authorization_error')
  })
})

test('what users and operators are both told of the lifetime of links is true', () => {
  expect(SHARED_TEXTS.lifetime).toContain(` ${STATE_LIFETIME_MS / 60_000} minutes`)
})

describe('an explanation', () => {
  test("is the provider's own for a known code, otherwise that of the reason", () => {
    const refused = { reason: 'code_refused' } as const
    const of = (providerError: string | null) => explain(msteams, { ...refused, providerError })
    expect(of('invalid_client (AADSTS7000222)').meaning).toContain('has expired')
    expect(of('invalid_grant (AADSTS1)').meaning).toContain('too old')
    expect(of('id_token: nonce mismatch')).toEqual(EXPLANATIONS.code_refused)
    expect(of(null)).toEqual(EXPLANATIONS.code_refused)
  })

  test('is that of the most specific code, the last, if the provider explains several', () => {
    if (slack === undefined) throw new Error('no Slack')
    const about = (meaning: string) => ({ meaning, remedy: 'None.' })
    const meanings = { invalid_grant: about('general'), E17: about('specific') }
    const provider = { ...slack, errors: { ...slack.errors, meanings } }
    const said = { reason: 'code_refused', providerError: 'invalid_grant (E17)' } as const
    expect(explain(provider, said)).toEqual(meanings.E17)
  })

  test('is found by an error code of a provider or of latch', () => {
    expect(explainCode(providers, 'AADSTS50194')?.remedy).toContain('singleTenant')
    expect(explainCode(providers, 'invalid_scope')?.remedy).toContain('openid')
    expect(explainCode(providers, 'state_missing')).toEqual(EXPLANATIONS.state_missing)
    expect(explainCode(providers, 'toString')).toBeNull()
  })

  test('consists of whole sentences, and says what to do', () => {
    const all = [
      ...Object.values(EXPLANATIONS),
      ...[...providers.values()].flatMap(({ errors }) => Object.values(errors.meanings)),
    ]
    expect(all.length).toBeGreaterThan(40)
    for (const { meaning, remedy } of all) {
      expect(meaning).toMatch(/^[A-Zl].*\.$/)
      expect(remedy).toMatch(/^[A-Zl].*[.)\w`/]$/)
    }
  })

  test("distinguishes a user who declined from the provider's other errors", () => {
    expect(reasonOf(sentBack('access_denied'))).toBe('access_denied')
    expect(reasonOf(sentBack('server_error'))).toBe('authorization_error')
  })
})
