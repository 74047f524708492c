import { Novu } from '@novu/api'
import { Hono } from 'hono'

const { LATCH_URL = 'http://127.0.0.1:4400', LATCH_API_KEY = '', PORT = '3000' } = process.env

// Novu's SDK; only the base URL is latch's.
const novu = new Novu({ secretKey: LATCH_API_KEY, serverURL: LATCH_URL })

/** Who is signed in to your app. Take it from your session, never from the request's parameters. */
const currentUserId = (): string => 'subscriber-123'

const app = new Hono()

/** Sends the user to Slack. A link works once, for 5 minutes, for this user alone. */
app.get('/slack/connect', async (context) => {
  const { result } = await novu.integrations.generateLinkUserOAuthUrl({
    subscriberId: currentUserId(),
    integrationIdentifier: 'slack',
    userScope: ['openid'],
  })
  return context.redirect(result.url)
})

/** Says who the user is in Slack: the id that you send messages to. */
app.get('/slack', async (context) => {
  const { result } = await novu.channelEndpoints.list({
    subscriberId: currentUserId(),
    integrationIdentifier: 'slack',
  })
  const linked = result.data.find(({ type }) => type === 'slack_user')
  return context.json({ linked: linked?.endpoint ?? null })
})

const server = Bun.serve({ port: Number(PORT), hostname: '127.0.0.1', fetch: app.fetch })
console.log(`Open ${server.url}slack/connect, then ${server.url}slack`)
