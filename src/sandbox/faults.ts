import { Type } from '@sinclair/typebox'
import { Value } from '@sinclair/typebox/value'

/** Faults that a stand-in can be told to produce once; each has been seen in the wild. */
export const FAULTS = {
  deny: 'The user declines',
  delay: 'The next call gets a late response',
  error: 'The next call fails with status 500',
  broken_json: 'The next call gets truncated JSON',
  rate_limit: 'The next call exceeds the rate limit (429)',
  expired_code: 'The code has expired when it is exchanged',
  wrong_workspace: 'The user signs in to another workspace',
  missing_consent: 'The administrator consents, but the consent has no effect',
} as const

export type Fault = keyof typeof FAULTS

const names = Object.keys(FAULTS)
export const isFault = (name: string | null): name is Fault => name !== null && names.includes(name)

const FaultRequest = Type.Object({ fault: Type.String(), delayMs: Type.Optional(Type.Integer()) })

export type Faults = {
  arm(fault: Fault, delayMs?: number): void
  /** Whether a fault is armed; this disarms it. */
  take(fault: Fault): boolean
  /** Responds to a call from latch, or lets an armed fault do so instead. */
  around(answer: () => Promise<Response> | Response): Promise<Response>
  /** `POST /sandbox/faults` with `{"fault": …}` arms a fault; `GET` lists the available ones. */
  control(request: Request): Promise<Response>
}

/** Longer than latch waits for a provider. */
const DELAY_MS = 12_000

export function createFaults(sleep: (ms: number) => Promise<void>): Faults {
  const armed: { fault: Fault; delayMs: number }[] = []
  const takeArmed = (fault: Fault): { delayMs: number } | undefined => {
    const index = armed.findIndex((candidate) => candidate.fault === fault)
    return index === -1 ? undefined : armed.splice(index, 1)[0]
  }
  const arm: Faults['arm'] = (fault, delayMs = DELAY_MS) => {
    armed.push({ fault, delayMs })
  }
  return {
    arm,
    take: (fault) => takeArmed(fault) !== undefined,
    async around(answer) {
      const delay = takeArmed('delay')
      if (delay !== undefined) await sleep(delay.delayMs)
      if (takeArmed('error')) return new Response('Internal Server Error', { status: 500 })
      if (takeArmed('broken_json')) {
        return new Response('{"ok": tru', { headers: { 'content-type': 'application/json' } })
      }
      if (takeArmed('rate_limit')) {
        const headers = { 'retry-after': '30' }
        return Response.json({ ok: false, error: 'ratelimited' }, { status: 429, headers })
      }
      return answer()
    },
    async control(request) {
      if (request.method === 'GET') return Response.json({ faults: FAULTS, armed })
      const body: unknown = await request.json().catch(() => null)
      if (!Value.Check(FaultRequest, body) || !isFault(body.fault)) {
        return Response.json({ error: `fault must be one of ${names.join(', ')}` }, { status: 400 })
      }
      arm(body.fault, body.delayMs)
      return Response.json({ armed })
    },
  }
}
