import {
  calculateJwkThumbprint,
  exportJWK,
  generateKeyPair,
  importJWK,
  type JWK,
  SignJWT,
} from 'jose'

/** Elliptic curve P-256 (RFC 7518 §3.4), which every library that verifies JWTs has. */
const ALGORITHM = 'ES256'

/** A public key as it is published (RFC 7517). */
export type PublicKey = {
  kty: string
  crv: string
  x: string
  y: string
  kid: string
  alg: string
  use: string
}

/** A new key pair. `privateKey` is a JWK as text. */
export type SigningKeyPair = { publicKey: PublicKey; privateKey: string }

/** Generates a key pair. Its id is the thumbprint of the public key (RFC 7638). */
export async function createSigningKeyPair(): Promise<SigningKeyPair> {
  const pair = await generateKeyPair(ALGORITHM, { extractable: true })
  const { kty = '', crv = '', x = '', y = '' } = await exportJWK(pair.publicKey)
  const kid = await calculateJwkThumbprint({ kty, crv, x, y })
  return {
    publicKey: { kty, crv, x, y, kid, alg: ALGORITHM, use: 'sig' },
    privateKey: JSON.stringify(await exportJWK(pair.privateKey)),
  }
}

/** Signs the claims of a JWT. `typ` tells one kind of token from another (RFC 8725 §3.11). */
export type SignClaims = (typ: string, claims: Readonly<Record<string, unknown>>) => Promise<string>

/** Imports a private key, which takes longer than signing. */
export async function createClaimsSigner(kid: string, privateKey: string): Promise<SignClaims> {
  const jwk: JWK = JSON.parse(privateKey)
  const key = await importJWK(jwk, ALGORITHM)
  return (typ, claims) =>
    new SignJWT({ ...claims }).setProtectedHeader({ alg: ALGORITHM, kid, typ }).sign(key)
}
