import { BlockList, isIP } from 'node:net'

/** Whose address a request counts for. */
export type ClientAddress = (headers: Headers, socketAddress: string) => string

/**
 * The client's address as the proxies tell it that the operator trusts: in `X-Forwarded-For`, the
 * last one that is not one of theirs. What anybody else says of themselves is not believed; that it
 * was said is told once, as it mostly means that a proxy was forgotten in the configuration.
 */
export function createClientAddress(
  trustedProxies: readonly string[],
  warn: (text: string) => void,
): ClientAddress {
  const trusted = new BlockList()
  for (const text of trustedProxies) {
    const [address = '', bits] = text.split('/')
    const family = isIP(address) === 4 ? 'ipv4' : 'ipv6'
    if (bits === undefined) trusted.addAddress(address, family)
    else trusted.addSubnet(address, Number(bits), family)
  }
  const isTrusted = (address: string): boolean => {
    const version = isIP(address)
    return version !== 0 && trusted.check(address, version === 4 ? 'ipv4' : 'ipv6')
  }
  let warned = false
  return (headers, socketAddress) => {
    const forwarded = headers.get('x-forwarded-for')
    const peer = plain(socketAddress)
    if (forwarded === null) return peer
    if (!isTrusted(peer)) {
      if (!warned) warn(`X-Forwarded-For from ${peer}, which is not in LATCH_TRUSTED_PROXIES`)
      warned = true
      return peer
    }
    const hops = forwarded.split(',').map((hop) => plain(hop.trim()))
    const client = hops.reverse().find((hop) => !isTrusted(hop))
    return client !== undefined && isIP(client) !== 0 ? client : peer
  }
}

/** An IPv4 address that came over IPv6 is the same address. */
const plain = (address: string): string => address.replace(/^::ffff:(?=\d+\.)/i, '')
