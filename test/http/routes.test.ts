import { expect, test } from 'bun:test'
import fc from 'fast-check'
import { targetOf } from '../../src/http/routes.ts'

const withoutHash = (address: string): string => new Request(address).url.split('#')[0] ?? ''

test('the target of a request is what a URL parser finds', () => {
  fc.assert(
    fc.property(fc.webUrl({ withQueryParameters: true }), (address) => {
      const url = withoutHash(address)
      const { pathname: path, search } = new URL(url)
      expect(targetOf(url)).toEqual({ path, search })
    }),
  )
})

test('a later slash or question mark belongs to the query', () => {
  expect(targetOf('http://latch/a?b=/c?d')).toEqual({ path: '/a', search: '?b=/c?d' })
  expect(targetOf('http://latch')).toEqual({ path: '/', search: '' })
  expect(targetOf('http://[::1]:4400/')).toEqual({ path: '/', search: '' })
})
