import { BlockList, isIP } from 'node:net'
import type { Config } from '../../config.ts'

/**
 * Networks that are not on the Internet. A request to an address there reaches the operator's
 * internal services, or the cloud's metadata service, on behalf of whoever chose the address
 * (https://cheatsheetseries.owasp.org/cheatsheets/Server_Side_Request_Forgery_Prevention_Cheat_Sheet.html).
 * From https://www.iana.org/assignments/iana-ipv4-special-registry and -ipv6-special-registry.
 */
const INTERNAL_NETWORKS = [
  '0.0.0.0/8',
  '10.0.0.0/8',
  '100.64.0.0/10',
  '127.0.0.0/8',
  '169.254.0.0/16',
  '172.16.0.0/12',
  '192.0.0.0/24',
  '192.168.0.0/16',
  '198.18.0.0/15',
  '224.0.0.0/3',
  // Unspecified, loopback, and the deprecated IPv4-compatible addresses.
  '::/96',
  // IPv6 forms of IPv4 addresses: NAT64 (also with a local prefix), 6to4 and Teredo.
  '64:ff9b::/96',
  '64:ff9b:1::/48',
  '2002::/16',
  '2001::/32',
  // Unique local, link-local, the deprecated site-local, multicast.
  'fc00::/7',
  'fe80::/10',
  'fec0::/10',
  'ff00::/8',
]

/**
 * Names that never resolve to a public address (RFC 6761, RFC 6762, RFC 8375, ICANN's `.internal`).
 */
const INTERNAL_NAME = /(^|\.)(localhost|local|internal|home\.arpa)$/

/**
 * Explains why a webhook URL is not allowed; null if it is. It must be http or https, without
 * credentials, and its host must be public unless the operator allows internal ones. A host name is
 * not resolved: it may resolve to another address by the time it is called.
 */
export function refuseWebhookUrl(
  text: string,
  { allowPrivateWebhooks }: Pick<Config, 'allowPrivateWebhooks'>,
): string | null {
  const url = URL.parse(text)
  if (url === null || !['http:', 'https:'].includes(url.protocol)) {
    return 'must be an http or https URL'
  }
  if (url.username !== '' || url.password !== '') return 'must not contain a user name or password'
  if (allowPrivateWebhooks || !isInternal(url.hostname)) return null
  return 'must not be an internal address, such as one that is private or link-local'
}

/** Expects `hostname` as the URL parser normalises it, so that an address has only one spelling. */
function isInternal(hostname: string): boolean {
  const host = hostname.replace(/\.$/, '')
  const address = host.replace(/^\[(.*)\]$/, '$1')
  const version = isIP(address)
  if (version === 0) return INTERNAL_NAME.test(host)
  const internal = new BlockList()
  for (const network of INTERNAL_NETWORKS) {
    const [prefix = '', bits] = network.split('/')
    internal.addSubnet(prefix, Number(bits), isIP(prefix) === 4 ? 'ipv4' : 'ipv6')
  }
  return internal.check(address, version === 4 ? 'ipv4' : 'ipv6')
}
