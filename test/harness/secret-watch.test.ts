import { expect, test } from 'bun:test'
import { createSecretWatch } from './secret-watch.ts'

// docs/decisions/0014-secrets.md
test('a log line with a secret in it fails its test', () => {
  const watch = createSecretWatch()
  const exitCode = process.exitCode
  watch.saw('https://latch.test/callback?code=0123456789abc&state=abcdefghijkl')
  for (const line of [
    'token xoxb-1-2',
    'refresh xoxe.xoxb-1',
    'id eyJhbGciOiJSUzI1NiJ9.e30.x',
    'secret sandbox-client-secret',
    'key latch_0123456789abcdef',
    'Authorization: ApiKey x',
    'the code 0123456789abc came',
    'the state abcdefghijkl came',
  ]) {
    expect(() => watch.check(line)).toThrow('a secret')
  }
  process.exitCode = exitCode ?? 0
  watch.check('callback {"requestId":"eyJPU11dmtzK0jaM"}')
  watch.check('callback {"requestId":"a3f1","outcome":"linked","status":200}')
})
