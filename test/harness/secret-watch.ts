/**
 * What no log line may hold: tokens, secrets and keys, by what they look like. The shortest header of
 * a JWT has 20 characters; a request id has 16, and one of 260,000 begins as a JWT does.
 */
const SECRETS =
  /xox[abpe]-|xoxe\.|\beyJ[\w-]{15}|sandbox-(client|entra)-secret|sandbox-(app|user)-|latch_(?!test\b)\w{12}|ApiKey /

export type SecretWatch = {
  /** An address on whose way a code and a state travel. */
  saw(address: string): void
  /** Throws where a log line has a secret in it. */
  check(line: string): void
}

/** Watches one service's log: a line that tells too much fails what was logged of, and so its test. */
export function createSecretWatch(): SecretWatch {
  const seen = new Set<string>()
  return {
    saw: (address) => {
      const { searchParams } = new URL(address)
      for (const name of ['code', 'state', 'nonce', 'code_challenge']) {
        const value = searchParams.get(name)
        if (value !== null && value.length > 8) seen.add(value)
      }
    },
    check: (line) => {
      const secret = SECRETS.exec(line)?.[0] ?? [...seen].find((value) => line.includes(value))
      if (secret === undefined) return
      process.exitCode = 1
      throw new Error(`a secret (${secret.slice(0, 8)}…) in a log or an event: ${line}`)
    },
  }
}
