import { describe, expect, test } from 'bun:test'
import { isNetwork } from '../../src/config-reader.ts'
import { createClientAddress, networkOf } from '../../src/http/client-address.ts'
import { startService } from '../harness/service.ts'

const warnings: string[] = []
const addressOf = createClientAddress(['10.0.0.0/8', '192.168.1.7', 'fd00::/8'], (text) =>
  warnings.push(text),
)
const forwarded = (value: string): Headers => new Headers({ 'x-forwarded-for': value })

describe("a client's address", () => {
  for (const [socket, header, client] of [
    ['203.0.113.9', null, '203.0.113.9'],
    ['10.1.1.1', null, '10.1.1.1'],
    ['10.1.1.1', '198.51.100.1', '198.51.100.1'],
    ['::ffff:10.1.1.1', '198.51.100.1', '198.51.100.1'],
    ['fd00::1', '2001:db8::7', '2001:db8::7'],
    // Through two proxies; what stands before them the client has written itself.
    ['192.168.1.7', '1.2.3.4, 198.51.100.1, 10.2.2.2', '198.51.100.1'],
    ['10.1.1.1', '10.2.2.2', '10.1.1.1'],
    ['10.1.1.1', '198.51.100.1:4711', '198.51.100.1'],
    ['10.1.1.1', '[2001:db8::7]:4711, 10.2.2.2:80', '2001:db8::7'],
    ['10.1.1.1', '[2001:db8::7]', '2001:db8::7'],
    ['10.1.1.1', '::ffff:198.51.100.1', '198.51.100.1'],
    ['10.1.1.1', 'unknown', '10.1.1.1'],
    ['10.1.1.1', '', '10.1.1.1'],
    ['203.0.113.9', '198.51.100.1', '203.0.113.9'],
  ] as const) {
    test(`from ${socket}, forwarded for ${header}, is ${client}`, () => {
      expect(addressOf(header === null ? new Headers() : forwarded(header), socket)).toBe(client)
    })
  }

  test('claimed by an untrusted peer is ignored, with one warning', () => {
    addressOf(forwarded('198.51.100.1'), '203.0.113.9')
    addressOf(forwarded('198.51.100.1'), '203.0.113.10')
    expect(warnings).toEqual([
      'X-Forwarded-For from 203.0.113.9, which is not in LATCH_TRUSTED_PROXIES',
    ])
  })
})

test('networks are distinguished from other text', () => {
  for (const good of ['10.0.0.1', '10.0.0.0/8', '::1', 'fd00::/128'])
    expect(isNetwork(good)).toBe(true)
  for (const bad of [
    '',
    'x',
    '10.0.0.0/33',
    '10.0.0.0/',
    '10.0.0.0/8/8',
    '::1/129',
    'proxy.local',
  ]) {
    expect([bad, isNetwork(bad)]).toEqual([bad, false])
  }
})

test('behind a trusted proxy, one unauthenticated client cannot use up the limit of others', async () => {
  const service = await startService({
    LATCH_RATE_LIMIT_GLOBAL: '1',
    LATCH_TRUSTED_PROXIES: '127.0.0.1',
  })
  const open = async (client: string): Promise<number> =>
    (await service.open(`${service.url}/llms.txt`, { 'x-forwarded-for': client })).status
  const loud: number[] = []
  for (let i = 0; i < 5; i += 1) loud.push(await open('198.51.100.1'))
  expect(loud).toContain(429)
  expect(await open('198.51.100.2')).toBe(200)
  await service.stop()
})

test('an IPv6 client is limited by its /64, however the address is written', () => {
  for (const [address, network] of [
    ['203.0.113.9', '203.0.113.9'],
    ['2001:db8::1', '2001:db8:0:0'],
    ['2001:DB8:0:0:1:2:3:4', '2001:db8:0:0'],
    ['2001:db8:0:7:1::', '2001:db8:0:7'],
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2'],
    ['::1', '0:0:0:0'],
    ['fe80::1%eth0', 'fe80:0:0:0'],
    ['::ffff:cb00:7109', '203.0.113.9'],
    ['unknown', 'unknown'],
  ] as const) {
    expect([address, networkOf(address)]).toEqual([address, network])
  }
})
