import { describe, expect, test } from 'bun:test'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { ConfigError, readConfig } from '../src/config.ts'
import { isLoopback } from '../src/config-reader.ts'
import { REGISTRY } from '../src/providers/registry.ts'
import { parseMasterKeys } from '../src/secrets/master-keys.ts'
import { tempDir } from './harness/temp-dir.ts'

const ADDRESSES = REGISTRY.flatMap(({ addresses }) => Object.entries(addresses))
const DEFAULTS = { dataDir: 'latch-data' }

const read = (environment: Record<string, string>) => readConfig(environment, {}, DEFAULTS)

const problemsOf = (environment: Record<string, string>): ConfigError['problems'] => {
  try {
    read(environment)
    return []
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error
    return error.problems
  }
}

const BASE_URLS = ['LATCH_PUBLIC_URL', ...ADDRESSES.map(([, { variable }]) => variable)]

describe('an address', () => {
  // What a template, an editor on Windows or a hasty hand leaves; redirect_uri is made of it.
  const spelled: [string, string][] = [
    ['https://latch.example.com/', 'https://latch.example.com'],
    ['https://latch.example.com//', 'https://latch.example.com'],
    ['https://latch.example.com ', 'https://latch.example.com'],
    ['https://latch.example.com\r', 'https://latch.example.com'],
    ['https://latch.example.com/?', 'https://latch.example.com'],
    ['https://latch.example.com/base/#', 'https://latch.example.com/base'],
    ['https://@latch.example.com', 'https://latch.example.com'],
    ['https:latch.example.com', 'https://latch.example.com'],
    ['HTTPS://Latch.Example.com:443/Base', 'https://latch.example.com/Base'],
    ['https://lätch.example.com', 'https://xn--ltch-loa.example.com'],
    ['https://latch.example.com:8443', 'https://latch.example.com:8443'],
    ['http://127.0.0.1:4400/', 'http://127.0.0.1:4400'],
  ]
  for (const [text, url] of spelled) {
    test(`${JSON.stringify(text)} is read as ${url}`, () => {
      expect(read({ LATCH_PUBLIC_URL: text }).publicUrl).toBe(url)
      expect(read({ LATCH_SLACK_URL: text }).providerUrls['slack']).toBe(url)
    })
  }

  for (const name of BASE_URLS) {
    // docs/decisions/0015-provider-addresses.md
    test(`${name} is https, but on this machine`, () => {
      for (const url of [
        'http://slack.com',
        'ftp://localhost',
        'file:///etc/passwd',
        'slack.com',
      ]) {
        expect(problemsOf({ [name]: url }).map((problem) => problem.name)).toEqual([name])
      }
      for (const url of ['https://slack-gov.com', 'http://localhost:1', 'http://127.1.2.3']) {
        expect(problemsOf({ [name]: url })).toEqual([])
      }
    })
  }

  test('is required if latch listens on more than loopback, and suffices', () => {
    for (const host of ['0.0.0.0', '::', '10.0.0.1', 'latch.internal', '127.0.0.1.example.com']) {
      expect(isLoopback(host)).toBe(false)
      expect(problemsOf({ LATCH_HOST: host }).map(({ name }) => name)).toEqual(['LATCH_PUBLIC_URL'])
      const settings = { LATCH_HOST: host, LATCH_PUBLIC_URL: 'https://latch.example.com' }
      expect(problemsOf(settings)).toEqual([])
    }
    for (const host of ['127.0.0.1', '127.8.9.1', '::1', 'localhost']) {
      expect(problemsOf({ LATCH_HOST: host })).toEqual([])
    }
  })
})

describe('a number', () => {
  const numbers: [string, string, boolean][] = [
    ['LATCH_PORT', '0', true],
    ['LATCH_PORT', '65535', true],
    ['LATCH_PORT', '65536', false],
    ['LATCH_PORT', '-1', false],
    ['LATCH_PORT', '80.5', false],
    ['LATCH_PORT', '0x50', false],
    ['LATCH_PORT', '1e3', false],
    ['LATCH_PORT', ' 80', false],
    ['LATCH_MAX_BODY_BYTES', '1024', true],
    ['LATCH_MAX_BODY_BYTES', '1023', false],
    ['LATCH_MAX_BODY_BYTES', '10485760', true],
    ['LATCH_MAX_BODY_BYTES', '10485761', false],
    ['LATCH_RATE_LIMIT_GLOBAL', '0', true],
    ['LATCH_RATE_LIMIT_CONFIGURATION', '1000000', true],
    ['LATCH_RATE_LIMIT_CONFIGURATION', '1000001', false],
  ]
  for (const [name, value, good] of numbers) {
    test(`${name}="${value}" is ${good ? 'taken' : 'refused'}`, () => {
      expect(problemsOf({ [name]: value }).map((problem) => problem.name)).toEqual(
        good ? [] : [name],
      )
    })
  }
})

test('every value that is read arrives where it belongs', () => {
  expect(
    read({
      LATCH_HOST: '0.0.0.0',
      LATCH_PORT: '1',
      LATCH_PUBLIC_URL: 'https://public.example',
      LATCH_DATA_DIR: 'data',
      LATCH_SECRET_KEY: 'ab'.repeat(32),
      ...Object.fromEntries(
        ADDRESSES.map(([name, { variable }]) => [variable, `https://${name}.example`]),
      ),
      LATCH_MAX_BODY_BYTES: '2048',
      LATCH_RESPONSE_ENVELOPE: 'data',
      LATCH_USER_VERIFICATION: 'confirm',
      LATCH_AUTO_CREATE_SUBSCRIBERS: 'true',
      LATCH_WEBHOOKS_ALLOW_PRIVATE: 'true',
      LATCH_RATE_LIMIT_GLOBAL: '2',
      LATCH_RATE_LIMIT_CONFIGURATION: '3',
      LATCH_LOG_LEVEL: 'debug',
      LATCH_LOG_REQUESTS: 'all',
      LATCH_EVENTS_RETENTION_DAYS: '30',
      LATCH_TRUSTED_PROXIES: '10.0.0.0/8, ::1',
      LATCH_SHUTDOWN_DELAY_MS: '5000',
      LATCH_METRICS_ADDRESS: '[::1]:9464',
      LATCH_SYNCHRONOUS: 'normal',
      LATCH_DATABASE_URL: 'libsql://db.example',
      LATCH_DATABASE_AUTH_TOKEN: 'sesame',
    }),
  ).toEqual({
    host: '0.0.0.0',
    port: 1,
    publicUrl: 'https://public.example',
    dataDir: 'data',
    masterKeys: { current: new Uint8Array(32).fill(0xab), previous: [] },
    secretFiles: [],
    providerUrls: Object.fromEntries(ADDRESSES.map(([name]) => [name, `https://${name}.example`])),
    maxBodyBytes: 2048,
    responseEnvelope: 'data',
    userVerification: 'confirm',
    autoCreateSubscribers: true,
    allowPrivateWebhooks: true,
    rateLimits: { global: 2, configuration: 3 },
    eventsRetentionDays: 30,
    logLevel: 'debug',
    logRequests: 'all',
    trustedProxies: ['10.0.0.0/8', '::1'],
    shutdownDelayMs: 5000,
    synchronous: 'normal',
    database: { url: 'libsql://db.example', authToken: 'sesame' },
    metricsAddress: { host: '::1', port: 9464 },
    settingWarnings: [],
  })
})

test('nothing of it can be changed', () => {
  const settings = read({})
  expect(Object.isFrozen(settings)).toBe(true)
  expect(Object.isFrozen(settings.rateLimits)).toBe(true)
  expect(Object.isFrozen(settings.providerUrls)).toBe(true)
})

test('every flag wins over its variable, and is held to the same rules', () => {
  const environment = {
    LATCH_HOST: '10.0.0.1',
    LATCH_PORT: '1',
    LATCH_PUBLIC_URL: 'https://environment.example',
    LATCH_DATA_DIR: 'environment',
  }
  const flags = { host: '::1', port: '2', publicUrl: 'https://flag.example/', dataDir: 'flag' }
  expect(readConfig(environment, flags, DEFAULTS)).toMatchObject({
    host: '::1',
    port: 2,
    publicUrl: 'https://flag.example',
    dataDir: 'flag',
    settingWarnings: [],
  })
  const wrong = () => readConfig(environment, { port: 'x', publicUrl: 'x' }, DEFAULTS)
  expect(wrong).toThrow(/LATCH_PORT: .*\nLATCH_PUBLIC_URL: /)
})

describe('the secret key', () => {
  const key = Buffer.alloc(32, 0xfb)

  test('has 32 bytes in one of three spellings', () => {
    for (const text of [
      key.toString('hex'),
      key.toString('hex').toUpperCase(),
      key.toString('base64'),
      key.toString('base64url'),
      `${key.toString('base64url')}=`,
    ]) {
      expect(parseMasterKeys(text)?.current).toEqual(new Uint8Array(key))
    }
  })

  const wrong: [string, string][] = [
    ['no bytes', ''],
    ['31 bytes', Buffer.alloc(31, 1).toString('base64')],
    ['33 bytes', Buffer.alloc(33, 1).toString('base64')],
    ['63 digits', 'a'.repeat(63)],
    ['a password', 'correct horse battery staple correct horse!'],
    ['a key and something else', `${key.toString('base64')}\nsomething else`],
    ['a date alone', 'retired 2026-11-24T00:00:00.000Z'],
  ]
  test('can be several: the first encrypts, all of them decrypt', () => {
    const [current, previous] = ['cd'.repeat(32), 'ab'.repeat(32)]
    const bytes = (byte: number) => new Uint8Array(32).fill(byte)
    const at = '2026-11-24T00:00:00.000Z'
    for (const [text, retiredAtMs] of [
      [`${current}\n${previous}\n`, null],
      [`${current}, ${previous}`, null],
      [`${current}\n${previous} retired ${at}`, Date.parse(at)],
    ] as const) {
      expect(parseMasterKeys(text)).toEqual({
        current: bytes(0xcd),
        previous: [{ key: bytes(0xab), retiredAtMs }],
      })
    }
  })

  for (const [name, text] of wrong) {
    test(`of ${name} is refused, and is not repeated in the error`, () => {
      expect(parseMasterKeys(text)).toBeNull()
      const file = join(tempDir(), 'key')
      writeFileSync(file, text)
      const [problem] = problemsOf({ LATCH_SECRET_KEY_FILE: file })
      expect(problem).toMatchObject({
        name: 'LATCH_SECRET_KEY_FILE',
        problem: 'is not 32 bytes in base64 or hexadecimal',
        fix: 'Make a key with: openssl rand -base64 32',
      })
      if (text === '') return
      expect(problemsOf({ LATCH_SECRET_KEY: text })).toMatchObject([{ name: 'LATCH_SECRET_KEY' }])
      expect(JSON.stringify(problemsOf({ LATCH_SECRET_KEY: text }))).not.toContain(text)
    })
  }
})

test('every problem says what is wrong and what to do', () => {
  const problems = problemsOf({
    LATCH_PORT: 'x',
    LATCH_LOG_LEVEL: 'loud',
    LATCH_ENTRA_URL: 'http://login.example',
    LATCH_AUTO_CREATE_SUBSCRIBERS: 'yes',
    LATCH_HOST: '0.0.0.0',
  })
  expect(problems).toHaveLength(5)
  const told = new ConfigError(problems).message.split('\n')
  for (const line of told) expect(line).toMatch(/^LATCH_[A-Z_]+: .+\. (Leave|Give|Set) .+\.$/)
})
