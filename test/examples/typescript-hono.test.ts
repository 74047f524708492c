import { afterAll, expect, test } from 'bun:test'
import { start } from '../harness/process.ts'
import { inherited, installExample, SLACK_USER, startExampleSandbox } from './example.ts'

const [directory, sandbox] = await Promise.all([
  installExample('typescript-hono'),
  startExampleSandbox(),
])
const backend = await start([process.execPath, 'start'], {
  cwd: directory,
  env: { ...inherited(), ...sandbox.env, PORT: '0' },
})
const url = await backend.find(/Open (\S+)slack\/connect/)

afterAll(async () => {
  backend.signal('SIGTERM')
  await backend.finished
  await sandbox.stop()
})

const linked = async (): Promise<unknown> => (await fetch(`${url}slack`)).json()

test('examples/typescript-hono: a user is sent to Slack, and the backend reads who they are', async () => {
  expect(await linked()).toEqual({ linked: null })

  const redirect = await fetch(`${url}slack/connect`, { redirect: 'manual' })
  expect(redirect.status).toBe(302)
  await sandbox.consent(String(redirect.headers.get('location')))

  expect(await linked()).toEqual({ linked: { userId: SLACK_USER } })
})
