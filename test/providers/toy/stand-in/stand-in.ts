import type { StandIn } from '../../../../src/providers/definition.ts'
import { type CodeGrant, createCodes } from '../../../../src/sandbox/codes.ts'
import { createFaults } from '../../../../src/sandbox/faults.ts'

export const TOY_APP = { clientId: 'toy-app', clientSecret: 'toy-secret' } as const

const NURSERY = { id: 'nursery', name: 'The nursery' }
const ROOMS = new Map([
  ['bear', NURSERY],
  ['doll', NURSERY],
  ['rat', { id: 'attic', name: 'The attic' }],
])

/** As strict as a provider is, and as small as it can be. */
export const toyStandIn: StandIn = {
  seed: {
    credentials: { clientId: TOY_APP.clientId, secretKey: TOY_APP.clientSecret, box: 'blue' },
    connection: { identifier: 'toy-nursery', workspace: NURSERY, accessToken: 'toy-sandbox' },
  },
  create({ redirectUri, clock, sleep, randomId }) {
    const codes = createCodes<CodeGrant & { handle: string }>({
      clock,
      randomCode: () => randomId(20),
    })
    const faults = createFaults(sleep)
    const holders = new Map<string, string>()
    const tokens = new Set<string>()
    const refuse = (error: string): Response => Response.json({ error }, { status: 400 })

    const decide = (form: URLSearchParams): Response => {
      if (form.get('redirect_uri') !== redirectUri) return refuse('bad_redirect_uri')
      const answer = new URLSearchParams({ state: form.get('state') ?? '' })
      if (form.get('decision') === 'allow') {
        const handle = form.get('user') ?? ''
        const clientId = form.get('client_id') ?? ''
        answer.set('code', codes.issue({ clientId, redirectUri, codeChallenge: null, handle }))
      } else answer.set('error', 'access_denied')
      return Response.redirect(`${redirectUri}?${answer}`)
    }

    const grant = (handle: string, refreshToken: string): Response => {
      const token = `toy-${randomId(20)}`
      tokens.add(token)
      holders.set(refreshToken, handle)
      return Response.json({ handle, room: ROOMS.get(handle), token, refreshToken })
    }

    const exchange = (request: Request, form: URLSearchParams): Response => {
      const client = `Basic ${btoa(`${TOY_APP.clientId}:${TOY_APP.clientSecret}`)}`
      if (request.headers.get('authorization') !== client) return refuse('invalid_client')
      const refreshToken = form.get('refresh_token')
      if (refreshToken !== null) {
        const holder = holders.get(refreshToken)
        return holder === undefined ? refuse('invalid_token') : grant(holder, refreshToken)
      }
      const redemption = codes.redeem(form.get('code') ?? '', {
        clientId: TOY_APP.clientId,
        redirectUri: form.get('redirect_uri') ?? '',
        codeVerifier: null,
      })
      return redemption.kind === 'granted'
        ? grant(redemption.grant.handle, randomId(20))
        : refuse('invalid_code')
    }

    return {
      async fetch(request) {
        const { pathname } = new URL(request.url)
        if (pathname === '/sandbox/faults') return faults.control(request)
        const form = new URLSearchParams(await request.text())
        if (pathname === '/authorize') return decide(form)
        if (pathname === '/token') return faults.around(() => exchange(request, form))
        const isKnown = pathname === '/revoke' && tokens.delete(form.get('token') ?? '')
        return isKnown ? Response.json({}) : refuse('unknown')
      },
    }
  },
}
