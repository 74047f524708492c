import { Novu } from '@novu/api'

// Reads a session and calls latch: nothing that may be cached or rendered at build time.
export const dynamic = 'force-dynamic'

// Novu's SDK; only the base URL is latch's.
const novu = (): Novu =>
  new Novu({ secretKey: process.env.LATCH_API_KEY ?? '', serverURL: process.env.LATCH_URL })

/** Who is signed in to your app. Take it from your session, never from the request's parameters. */
const currentUserId = async (): Promise<string> => 'subscriber-123'

/** Makes a link. Send the browser to `url`; it works once, for 5 minutes, for this user alone. */
export async function POST(): Promise<Response> {
  const { result } = await novu().integrations.generateLinkUserOAuthUrl({
    subscriberId: await currentUserId(),
    integrationIdentifier: 'slack',
    userScope: ['openid'],
  })
  return Response.json({ url: result.url })
}

/** Says who the user is in Slack, or `null` while they are not linked. */
export async function GET(): Promise<Response> {
  const { result } = await novu().channelEndpoints.list({
    subscriberId: await currentUserId(),
    integrationIdentifier: 'slack',
  })
  const linked = result.data.find(({ type }) => type === 'slack_user')
  return Response.json({ linked: linked?.endpoint ?? null })
}
