import { Database } from 'bun:sqlite'
import { betterAuth } from 'better-auth'
import { getMigrations } from 'better-auth/db/migration'

// better-auth on Bun with SQLite: a signed-in user asks for a URL to link their Slack account. Prints
// its address and the cookie of a session.
const options = {
  database: new Database(String(process.argv[2])),
  baseURL: 'http://127.0.0.1',
  secret: 'a-secret-of-better-auth-that-is-long-enough',
  emailAndPassword: { enabled: true },
  socialProviders: { slack: { clientId: '1.2', clientSecret: 'secret' } },
  rateLimit: { enabled: false },
  telemetry: { enabled: false },
  advanced: { disableOriginCheck: true, disableCSRFCheck: true },
}
await (await getMigrations(options)).runMigrations()
const auth = betterAuth(options)
const server = Bun.serve({
  port: 0,
  hostname: '127.0.0.1',
  fetch: (request) => auth.handler(request),
})
const signedUp = await fetch(`${server.url.origin}/api/auth/sign-up/email`, {
  method: 'POST',
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify({
    name: 'Ada',
    email: 'ada@example.com',
    password: 'correct horse battery',
  }),
})
const cookie = signedUp.headers
  .getSetCookie()
  .map((one) => one.split(';')[0])
  .join('; ')
console.log(`${server.url.origin} ${cookie}`)
