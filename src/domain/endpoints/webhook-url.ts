import { BlockList, isIP } from 'node:net'
import type { Config } from '../../config.ts'

/**
 * Networks that are not the Internet: whoever sends to an address there reaches a service of the
 * operator's own, or the cloud's metadata service, on behalf of whoever chose the address
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
  // Unspecified, loopback and the deprecated IPv4-compatible addresses.
  '::/96',
  // IPv4 addresses in disguise: NAT64, also of a local prefix, 6to4 and Teredo.
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

/** Names that never lead to the Internet (RFC 6761, RFC 6762, RFC 8375, ICANN's `.internal`). */
const INTERNAL_NAME = /(^|\.)(localhost|local|internal|home\.arpa)$/

/**
 * Why nobody may be told to send messages to a URL, or null where they may. It must be http or https
 * and carry no credentials; an internal host only where the operator allows it. A name is judged by
 * itself and not resolved: what it leads to may be another address when it is called.
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

/** `hostname` as the URL parser writes it, so that an address has one spelling. */
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
