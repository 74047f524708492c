import { afterAll, expect, test } from 'bun:test'
import { join } from 'node:path'
import { installExample, SLACK_USER, startExampleSandbox } from './example.ts'

const [directory, sandbox] = await Promise.all([installExample('nextjs'), startExampleSandbox()])
// Next.js calls a route handler as a function, and sets the variables of .env.local before.
Object.assign(process.env, sandbox.env)
const route = (await import(join(directory, 'app/api/slack/link/route.ts'))) as Record<
  'GET' | 'POST',
  () => Promise<Response>
>

afterAll(async () => {
  for (const name of Object.keys(sandbox.env)) delete process.env[name]
  await sandbox.stop()
})

const linked = async (): Promise<unknown> => (await route.GET()).json()

test('examples/nextjs: the route handler makes a link, and reads who was linked', async () => {
  expect(await linked()).toEqual({ linked: null })

  const { url } = (await (await route.POST()).json()) as { url: string }
  await sandbox.consent(url)

  expect(await linked()).toEqual({ linked: { userId: SLACK_USER } })
})
