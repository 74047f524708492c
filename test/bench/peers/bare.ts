import { createHmac } from 'node:crypto'

/** As little as a link can be: parses the same body, signs a state, answers. Nothing is checked. */
const key = crypto.getRandomValues(new Uint8Array(32))
const server = Bun.serve({
  port: 0,
  hostname: '127.0.0.1',
  async fetch(request) {
    const { subscriberId, integrationIdentifier } = (await request.json()) as Record<string, string>
    const payload = Buffer.from(
      JSON.stringify({ s: subscriberId, i: integrationIdentifier, t: Date.now() }),
    ).toString('base64url')
    const mac = createHmac('sha256', key).update(payload).digest('base64url')
    const query = new URLSearchParams({ state: `${payload}.${mac}`, client_id: '1.2' })
    return Response.json({ url: `https://slack.com/oauth/v2/authorize?${query}` }, { status: 201 })
  },
})
console.log(server.url.origin)
