import { describe, expect, test } from 'bun:test'
import { createHmac } from 'node:crypto'
import { createKeyring, type DerivedKeys, findKeys } from '../../src/secrets/keyring.ts'

const masterKey = (letter: string): Uint8Array => new Uint8Array(Buffer.alloc(32, letter))

/** HKDF-SHA256 without a salt (RFC 5869 §2.2 and §2.3), for at most 32 bytes. */
function hkdf(key: Uint8Array, info: string, length: number): Uint8Array {
  const pseudorandomKey = createHmac('sha256', Buffer.alloc(32)).update(key).digest()
  const output = createHmac('sha256', pseudorandomKey).update(info).update('\x01').digest()
  return new Uint8Array(output.subarray(0, length))
}

describe('the keys derived from a master key', () => {
  // By other names, an upgrade would make links worthless and stored values unreadable.
  test('are the same in every version of latch', () => {
    const { kid, ...keys } = createKeyring(masterKey('a')).current
    const names: Record<keyof typeof keys, string> = {
      stateEncryption: 'state-encryption',
      stateSignature: 'state-signature',
      plainState: 'state',
      pkce: 'pkce',
      nonce: 'nonce',
      browser: 'browser',
      attempt: 'attempt',
      link: 'link-id',
      sealing: 'sealing',
      sandboxApiKey: 'sandbox-api-key',
    }
    const expected = Object.entries(names).map(([name, info]) => {
      const length = name === 'sandboxApiKey' ? 24 : 32
      return [name, hkdf(masterKey('a'), `latch/${info}`, length)]
    })
    expect(keys).toEqual(Object.fromEntries(expected))
    expect(kid).toBe(Buffer.from(hkdf(masterKey('a'), 'latch/kid', 6)).toString('base64url'))
  })
})

describe('a keyring', () => {
  const idOf = (keys: DerivedKeys | null): string | null => keys?.kid ?? null
  const kidOf = (letter: string): string => createKeyring(masterKey(letter)).current.kid

  test('has the current key and the previous ones, until they are forgotten', () => {
    const keyring = createKeyring(masterKey('b'), [masterKey('a')])
    keyring.rotate(masterKey('c'))
    expect(keyring.current.kid).toBe(kidOf('c'))
    expect(keyring.previous.map(({ kid }) => kid)).toEqual([kidOf('b'), kidOf('a')])
    for (const letter of ['a', 'b', 'c']) {
      expect(idOf(findKeys(keyring, kidOf(letter)))).toBe(kidOf(letter))
    }
    expect(findKeys(keyring, kidOf('d'))).toBeNull()

    keyring.forgetPrevious()
    expect(findKeys(keyring, kidOf('b'))).toBeNull()
    expect(idOf(findKeys(keyring, kidOf('c')))).toBe(kidOf('c'))
  })
})
