import { BlockList, isIP, isIPv6 } from 'node:net'
import type { Deps } from '../deps.ts'
import type { RateLimits } from './rate-limits.ts'

/** Limits requests without a valid API key by the address of their client. */
export type AddressLimit = {
  /** Counts a request. Throws 429 if its address exceeds the limit. */
  charge(request: Request): void
  /** Whether one more request of its address would exceed the limit. */
  isExhausted(request: Request): boolean
}

/** `socketAddressOf` returns the peer address of a request: the client's, or that of a proxy. */
export function createAddressLimit(
  { config, log }: Pick<Deps, 'config' | 'log'>,
  rateLimits: Pick<RateLimits, 'chargeAddress' | 'isAddressExhausted'>,
  socketAddressOf: (request: Request) => string,
): AddressLimit {
  const clientAddress = createClientAddress(config.trustedProxies, (text) => log.warn({}, text))
  const of = (request: Request): string =>
    networkOf(clientAddress(request.headers, socketAddressOf(request)))
  return {
    charge: (request) => rateLimits.chargeAddress(of(request)),
    isExhausted: (request) => rateLimits.isAddressExhausted(of(request)),
  }
}

/** The address that a request is counted against. */
export type ClientAddress = (headers: Headers, socketAddress: string) => string

/**
 * Finds the client's address: if the peer is a trusted proxy, the last address in `X-Forwarded-For`
 * that is not a trusted proxy, otherwise the peer's. The header is ignored if it comes from anyone
 * else, and warned about once: most often, a proxy is missing from the configuration.
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
    const hops = forwarded.split(',').map((hop) => plain(withoutPort(hop.trim())))
    const client = hops.reverse().find((hop) => !isTrusted(hop))
    return client !== undefined && isIP(client) !== 0 ? client : peer
  }
}

/** Some proxies add the client's port: `203.0.113.9:4711`, `[2001:db8::1]:4711`. */
const withoutPort = (hop: string): string =>
  /^\[([^\]]+)\](?::\d+)?$/.exec(hop)?.[1] ?? /^(\d+\.\d+\.\d+\.\d+):\d+$/.exec(hop)?.[1] ?? hop

/** Unwraps an IPv4 address that is mapped into IPv6. */
const plain = (address: string): string => address.replace(/^::ffff:(?=\d+\.)/i, '')

/**
 * The network that is rate-limited as one client: an IPv4 address, or the /64 prefix of an IPv6
 * address, because a client usually has all the addresses in it (RFC 6177).
 */
export function networkOf(address: string): string {
  if (!isIPv6(address)) return address
  // The URL parser writes every spelling of an address in the same way (RFC 5952).
  const canonical = URL.parse(`http://[${address.replace(/%.*/, '')}]/`)?.hostname.slice(1, -1)
  if (canonical === undefined) return address
  const mapped = /^::ffff:([0-9a-f]+):([0-9a-f]+)$/.exec(canonical)
  if (mapped !== null) return mapped.slice(1).flatMap(bytesOf).join('.')
  const [head = '', tail] = canonical.split('::')
  const groups = head === '' ? [] : head.split(':')
  const omitted =
    tail === undefined ? 0 : 8 - groups.length - tail.split(':').filter(Boolean).length
  const zeros = Array.from({ length: omitted }, () => '0')
  return [...groups, ...zeros, ...(tail?.split(':') ?? [])].slice(0, 4).join(':')
}

/** The two bytes of one group of an IPv6 address. */
const bytesOf = (group: string): number[] => {
  const value = Number.parseInt(group, 16)
  return [value >> 8, value & 0xff]
}
