/**
 * As little as a look-up can be: parses the path, and answers from a map. Nothing is checked. The
 * argument is how many users it knows.
 */
const count = Number(process.argv[2])
const users = new Map<string, object>()
for (let index = 0; index < count; index += 1) {
  const identity = {
    subscriberId: `s${index}`,
    integrationIdentifier: 'slack',
    contextKeys: [],
    connectionIdentifier: `chconn_${index}`,
    endpointIdentifier: `chendp_${index}`,
    linkedAt: '2026-01-01T00:00:00.000Z',
  }
  users.set(`slack\0T0ACME0001\0U${index}`, { data: [identity] })
}
const server = Bun.serve({
  port: 0,
  hostname: '127.0.0.1',
  fetch(request) {
    const [, , , provider, workspace, user] = new URL(request.url).pathname.split('/')
    const found = users.get(`${provider}\0${workspace}\0${user}`)
    return found === undefined
      ? Response.json({ code: 'not_linked' }, { status: 404 })
      : Response.json(found)
  },
})
console.log(server.url.origin)
