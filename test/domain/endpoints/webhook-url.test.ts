import { describe, expect, test } from 'bun:test'
import { refuseWebhookUrl } from '../../../src/domain/endpoints/webhook-url.ts'

const refuse = (host: string, allowPrivateWebhooks = false) =>
  refuseWebhookUrl(`http://${host}/hook`, { allowPrivateWebhooks })

describe('the host of a webhook', () => {
  const internal = [
    'localhost',
    'LOCALHOST.',
    'api.localhost',
    'printer.local',
    'metadata.google.internal',
    'nas.home.arpa',
    '127.0.0.1',
    '127.1',
    '2130706433',
    '0x7f.0.0.1',
    '0',
    '10.1.2.3',
    '100.64.0.1',
    '169.254.169.254',
    '172.16.0.1',
    '192.168.1.1',
    '224.0.0.1',
    '255.255.255.255',
    '[::1]',
    '[::]',
    '[::ffff:10.0.0.1]',
    '[64:ff9b::7f00:1]',
    '[2002:7f00:1::]',
    '[fd00::1]',
    '[fe80::1]',
    '[ff02::1]',
  ]
  for (const host of internal) {
    test(`is internal: ${host}`, () => {
      expect(refuse(host)).toStartWith('must not be an internal address')
      expect(refuse(host, true)).toBeNull()
    })
  }

  const external = ['hooks.example.com', 'localhost.example.com', '93.184.216.34', '172.32.0.1']
  for (const host of [...external, '[2606:4700::1111]', '[::ffff:93.184.216.34]']) {
    test(`is not internal: ${host}`, () => {
      expect(refuse(host)).toBeNull()
    })
  }
})
