import { describe, expect, test } from 'bun:test'
import { chmodSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { ConfigError, OF_THE_RUNTIME, readConfig } from '../src/config.ts'
import { REGISTRY } from '../src/providers/registry.ts'
import { parseMasterKeys } from '../src/secrets/master-keys.ts'
import { tempDir } from './harness/temp-dir.ts'

const ADDRESSES = REGISTRY.flatMap(({ addresses }) => Object.entries(addresses))
const DEFAULTS = { dataDir: 'latch-data' }
const KEY = Buffer.alloc(32, 'k')

const problemsOf = (environment: Record<string, string>): string[] => {
  try {
    readConfig(environment, {}, DEFAULTS)
    return []
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error
    return error.problems.map(({ name }) => name)
  }
}

describe('the configuration', () => {
  test('reads a secret from a file that others can read, but not from one that all can write', () => {
    const file = join(tempDir(), 'key')
    writeFileSync(file, KEY.toString('base64'))
    for (const mode of [0o400, 0o444, 0o600, 0o640, 0o644, 0o660]) {
      chmodSync(file, mode)
      const { secretFiles } = readConfig({ LATCH_SECRET_KEY_FILE: file }, {}, DEFAULTS)
      expect(secretFiles).toEqual([file])
    }
    for (const mode of [0o602, 0o666, 0o777]) {
      chmodSync(file, mode)
      expect(problemsOf({ LATCH_SECRET_KEY_FILE: file })).toEqual(['LATCH_SECRET_KEY_FILE'])
    }
  })

  test('needs no settings, and cannot be changed', () => {
    const settings = readConfig({}, {}, DEFAULTS)
    expect(settings).toEqual({
      host: '127.0.0.1',
      port: 4400,
      publicUrl: null,
      dataDir: 'latch-data',
      masterKeys: null,
      secretFiles: [],
      metricsAddress: null,
      synchronous: 'full',
      database: null,
      // The provider's own, where nothing else is set.
      providerUrls: Object.fromEntries(ADDRESSES.map(([name, { fallback }]) => [name, fallback])),
      maxBodyBytes: 102_400,
      responseEnvelope: 'none',
      userVerification: 'confirm',
      autoCreateSubscribers: false,
      allowPrivateWebhooks: false,
      rateLimits: { global: 100, configuration: 100 },
      eventsRetentionDays: 90,
      logLevel: 'info',
      logRequests: 'errors',
      trustedProxies: [],
      shutdownDelayMs: 0,
      settingWarnings: [],
    })
    expect(Object.isFrozen(settings)).toBe(true)
  })

  test('prefers flags to the environment, and treats an empty value as unset', () => {
    const environment = { LATCH_PORT: '1', LATCH_HOST: '', LATCH_DATA_DIR: 'environment' }
    const settings = readConfig(environment, { port: '2', dataDir: 'flag' }, DEFAULTS)
    expect(settings).toMatchObject({ port: 2, host: '127.0.0.1', dataDir: 'flag' })
  })

  test('reports every problem at once, each with its name and what to do', () => {
    const environment = {
      LATCH_PORT: '70000',
      LATCH_SLACK_URL: 'http://slack.com',
      LATCH_SECRET_KEY: 'short',
      LATCH_RESPONSE_ENVELOPE: 'paper',
      LATCH_HOST: '0.0.0.0',
    }
    expect(problemsOf(environment).sort()).toEqual([
      'LATCH_PORT',
      'LATCH_PUBLIC_URL',
      'LATCH_RESPONSE_ENVELOPE',
      'LATCH_SECRET_KEY',
      'LATCH_SLACK_URL',
    ])
    expect(() => readConfig(environment, {}, DEFAULTS)).toThrow('openssl rand -base64 32')
  })

  const urls: [string, boolean][] = [
    ['https://latch.example.com', true],
    ['https://latch.example.com/base/', true],
    ['http://127.0.0.1:4400', true],
    ['http://localhost:1', true],
    ['http://[::1]:1', true],
    ['http://latch.example.com', false],
    ['http://127.0.0.1.evil.example', false],
    ['https://user@latch.example.com', false],
    ['https://latch.example.com?x=1', false],
    ['ftp://latch.example.com', false],
    ['latch.example.com', false],
  ]
  for (const [url, good] of urls) {
    test(`${good ? 'takes' : 'refuses'} ${url} as a public address`, () => {
      expect(problemsOf({ LATCH_PUBLIC_URL: url })).toEqual(good ? [] : ['LATCH_PUBLIC_URL'])
      if (!good) return
      const { publicUrl } = readConfig({ LATCH_PUBLIC_URL: url }, {}, DEFAULTS)
      expect(publicUrl).toBe(url.replace(/\/$/, ''))
    })
  }

  test('reads the secret key in three spellings, or from a file, but not from both', () => {
    for (const encoding of ['hex', 'base64', 'base64url'] as const) {
      expect(parseMasterKeys(KEY.toString(encoding))?.current).toEqual(new Uint8Array(KEY))
    }
    const file = join(tempDir(), 'key')
    writeFileSync(file, `${KEY.toString('base64')}\n`)
    const { masterKeys } = readConfig({ LATCH_SECRET_KEY_FILE: file }, {}, DEFAULTS)
    expect(masterKeys?.current).toEqual(new Uint8Array(KEY))
    const folder = tempDir()
    writeFileSync(join(folder, 'LATCH_SECRET_KEY'), KEY.toString('base64'))
    const credential = { CREDENTIALS_DIRECTORY: folder }
    expect(readConfig(credential, {}, DEFAULTS).masterKeys?.current).toEqual(new Uint8Array(KEY))
    // What is set by name counts before it.
    const named = { ...credential, LATCH_SECRET_KEY: 'ab'.repeat(32) }
    const other = new Uint8Array(32).fill(0xab)
    expect(readConfig(named, {}, DEFAULTS).masterKeys?.current).toEqual(other)
    const lost = { LATCH_SECRET_KEY_FILE: join(folder, 'none') }
    expect(problemsOf(lost)).toEqual(['LATCH_SECRET_KEY_FILE'])
    const both = { LATCH_SECRET_KEY_FILE: file, LATCH_SECRET_KEY: KEY.toString('hex') }
    expect(problemsOf(both)).toEqual(['LATCH_SECRET_KEY'])
    expect(problemsOf({ LATCH_SECRET_KEY_FILE: '/nowhere' })).toEqual(['LATCH_SECRET_KEY_FILE'])
  })
})

describe('an unknown LATCH_ variable', () => {
  const unknown = (environment: Record<string, string>) =>
    readConfig(environment, {}, DEFAULTS).settingWarnings.map(
      ({ name, fix }) => `${name}: ${/^Rename it to (\w+),/.exec(fix)?.[1] ?? 'none'}`,
    )

  const cases: [string, string][] = [
    ['LATCH_PUBLICURL', 'LATCH_PUBLIC_URL'],
    ['LATCH_SLACK_URI', 'LATCH_SLACK_URL'],
    ['LATCH_AUTO_CREATE_SUBSCRIBER', 'LATCH_AUTO_CREATE_SUBSCRIBERS'],
    ['LATCH_SECRETKEY_FILE', 'LATCH_SECRET_KEY_FILE'],
    ['LATCH_PORT_FILE', 'LATCH_PORT'],
    ['LATCH_RATE_LIMIT_TRIGGER', 'none'],
    ['LATCH_', 'none'],
  ]
  for (const [name, nearest] of cases) {
    test(`${name}: is told, with the nearest that there is (${nearest})`, () => {
      expect(unknown({ [name]: 'value' })).toEqual([`${name}: ${nearest}`])
    })
  }

  test('that loads other code or a debugger is reported', () => {
    const environment = {
      BUN_OPTIONS: '--preload ./x.ts',
      BUN_INSPECT: 'ws://x',
      BUN_INSTALL: '/x',
    }
    expect(unknown(environment)).toEqual(['BUN_OPTIONS: none', 'BUN_INSPECT: none'])
  })

  test('that reveals secrets or trusts anybody is reported', () => {
    const environment = { BUN_CONFIG_VERBOSE_FETCH: 'curl', NODE_TLS_REJECT_UNAUTHORIZED: '0' }
    expect(unknown(environment)).toEqual([
      'BUN_CONFIG_VERBOSE_FETCH: none',
      'NODE_TLS_REJECT_UNAUTHORIZED: none',
    ])
  })

  test('that the runtime reads is cleared by the systemd unit and the image', async () => {
    const root = join(import.meta.dir, '..')
    const unit = await Bun.file(join(root, 'src/docs/guides/latch.service')).text()
    const cleared = [...unit.matchAll(/^UnsetEnvironment=(.*)$/gm)].flatMap(([, names = '']) =>
      names.split(' '),
    )
    const image = await Bun.file(join(root, 'Dockerfile')).text()
    const empty = [...image.matchAll(/\b([A-Z_]+)=(?= |$)/gm)].map(([, name]) => name)
    expect(cleared.sort()).toEqual(Object.keys(OF_THE_RUNTIME).sort())
    expect(empty.sort()).toEqual(Object.keys(OF_THE_RUNTIME).sort())
  })

  test('is reported together with mistakes, which it may explain, but without its value', () => {
    const read = () =>
      readConfig({ LATCH_HOST: '0.0.0.0', LATCH_PUBLICURL: 'sesame' }, {}, DEFAULTS)
    expect(read).toThrow(/LATCH_PUBLIC_URL: is required.*\nLATCH_PUBLICURL: is not a setting/)
    expect(read).not.toThrow('sesame')
  })

  test('is not reported if it is empty, or belongs to a client, Kubernetes or another program', () => {
    const others = {
      LATCH_SLACKURL: '',
      LATCH_URL: 'http://127.0.0.1:4400',
      LATCH_API_KEY: 'latch_x',
      LATCH_SERVICE_HOST: '10.0.0.1',
      LATCH_SERVICE_PORT: '4400',
      LATCH_SERVICE_PORT_HTTP: '4400',
      LATCH_PORT_4400_TCP: 'tcp://10.0.0.1:4400',
      LATCH_PORT_4400_TCP_ADDR: '10.0.0.1',
      LATCH_DB_SERVICE_HOST: '10.0.0.2',
      LATCHKEY: 'another program',
    }
    expect(unknown(others)).toEqual([])
  })
})
