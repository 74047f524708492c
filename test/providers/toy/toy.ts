import { Type } from '@sinclair/typebox'
import { Value } from '@sinclair/typebox/value'
import { basicAuthorization } from '../../../src/providers/basic-authorization.ts'
import { postForm } from '../../../src/providers/call-provider.ts'
import type { CreateProvider } from '../../../src/providers/definition.ts'
import { failed, ok } from '../../../src/providers/diagnostics.ts'
import type {
  ConnectRequest,
  IdentifyOutcome,
  PersonType,
  ProviderApp,
} from '../../../src/providers/provider.ts'

const Granted = Type.Object({
  handle: Type.String(),
  room: Type.Object({ id: Type.String(), name: Type.String() }),
  token: Type.String(),
  refreshToken: Type.String(),
})
const Refused = Type.Object({ error: Type.String() })

const CREDENTIALS = {
  box: Type.Optional(Type.String({ description: 'Toy Chat: the box that the app is in.' })),
  squeaks: Type.Optional(Type.Boolean({ description: 'Toy Chat: whether it makes a noise.' })),
}

const chatUserOf: PersonType['chatUserOf'] = ({ handle }, workspaceId) => ({
  userId: String(handle),
  workspaceId,
})

const closed = { additionalProperties: false }
const ENDPOINTS = {
  person: {
    type: 'toy_user',
    shape: Type.Object({ handle: Type.String() }, closed),
    chatUserOf,
  },
  destinations: [{ type: 'toy_room', shape: Type.Object({ roomId: Type.String() }, closed) }],
}

export const createToy: CreateProvider = ({ address, fetch }) => {
  const toyUrl = address('toy')
  const urlOf = (
    { app, redirectUri, state }: Pick<ConnectRequest, 'app' | 'redirectUri' | 'state'>,
    asks: string,
  ): string =>
    `${toyUrl}/authorize?${new URLSearchParams({
      client_id: app.clientId,
      redirect_uri: redirectUri,
      state,
      asks,
      box: String(app.providerCredentials['box'] ?? ''),
    })}`

  const ask = async (app: ProviderApp, form: Record<string, string>) => {
    const authorization = basicAuthorization(app)
    const answer = await postForm(fetch, `${toyUrl}/token`, form, { authorization })
    if (answer.kind === 'unavailable') {
      return { kind: 'unavailable', reason: answer.reason, codeSent: answer.sent } as const
    }
    if (Value.Check(Granted, answer.body)) {
      return { kind: 'granted', granted: answer.body } as const
    }
    const error = Value.Check(Refused, answer.body) ? answer.body.error : 'no answer of Toy Chat'
    return { kind: 'refused', error } as const
  }

  return {
    connectedText: 'Your toy is wound up.',
    errors: {
      inDescription: null,
      meanings: { out_of_batteries: { meaning: 'It does not move.', remedy: 'Wind it up.' } },
    },
    credentials: CREDENTIALS,
    endpoints: ENDPOINTS,
    isIssuer: (issuer) => issuer === toyUrl,
    protocolFor: () => 'oauth',
    linkUserUrl: (request) => urlOf(request, 'who'),
    async identify({ app, code, redirectUri }): Promise<IdentifyOutcome> {
      const answer = await ask(app, { code, redirect_uri: redirectUri })
      if (answer.kind !== 'granted') return answer
      const { handle, room } = answer.granted
      return { kind: 'identified', identity: { userId: handle, workspace: room } }
    },
    endpointOf: ({ userId }) => ({ handle: userId }),
    connect: {
      kind: 'code',
      url: (request) => urlOf(request, 'install'),
      async install({ app, code, redirectUri }) {
        const answer = await ask(app, { code, redirect_uri: redirectUri })
        if (answer.kind !== 'granted') return answer
        const { handle, room, token, refreshToken } = answer.granted
        return {
          kind: 'installed',
          installation: {
            workspace: room,
            tokens: { accessToken: token, rotation: { refreshToken, expiresInSeconds: null } },
            userId: handle,
            botUserId: null,
            userToken: null,
            webhookUrl: null,
          },
        }
      },
      async revoke(accessToken) {
        const answer = await postForm(fetch, `${toyUrl}/revoke`, { token: accessToken })
        return answer.kind === 'answered' && answer.status === 200
          ? { kind: 'revoked' }
          : { kind: 'refused', error: 'unknown token' }
      },
      async refresh(app, refreshToken) {
        const answer = await ask(app, { refresh_token: refreshToken })
        if (answer.kind !== 'granted') return answer
        const { token: accessToken } = answer.granted
        const tokens = { accessToken, refreshToken: null, expiresInSeconds: null }
        return { kind: 'refreshed', tokens }
      },
    },
    async diagnose(app) {
      const answer = await ask(app, { code: 'of the doctor' })
      return answer.kind === 'refused' && answer.error === 'invalid_code'
        ? [ok(`Toy Chat knows the app in ${app.providerCredentials['box'] ?? 'no box'}`)]
        : [failed('Toy Chat does not know the app', 'Look into the box.')]
    },
    setupInstructions: (redirectUri) => ({ title: 'Toy Chat: the box', text: redirectUri }),
    installBot: null,
  }
}
