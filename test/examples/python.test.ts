import { afterAll, expect, test } from 'bun:test'
import { join } from 'node:path'
import { installPythonExample } from '../../scripts/python.ts'
import { start } from '../harness/process.ts'
import { SLACK_USER, startExampleSandbox } from './example.ts'

const EXAMPLE = join(import.meta.dir, '../../examples/python')

const installed = await installPythonExample()
const sandbox = installed.kind === 'installed' ? await startExampleSandbox() : null

afterAll(() => sandbox?.stop())

test.skipIf(sandbox === null)(
  'examples/python: the script makes a link, and prints who was linked',
  async () => {
    if (installed.kind !== 'installed' || sandbox === null) return
    const script = await start([installed.python, 'link.py'], {
      cwd: EXAMPLE,
      env: { ...sandbox.env, PYTHONPATH: installed.packages, PYTHONDONTWRITEBYTECODE: '1' },
    })
    await sandbox.consent(await script.find(/Open this link: (\S+)/))

    const { exitCode, stdout, stderr } = await script.finished
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' })
    expect(stdout).toEndWith(`Linked to the Slack user ${SLACK_USER}\n`)
  },
  // Importing the SDK takes seconds where nothing of it is compiled yet.
  60_000,
)
