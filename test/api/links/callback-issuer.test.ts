import { afterAll, expect, test } from 'bun:test'
import { startService } from '../../harness/service.ts'

const service = await startService()
afterAll(() => service.stop())

// https://www.rfc-editor.org/rfc/rfc9207
test('a response with another issuer is refused', async () => {
  const address = await service.consent(await service.link({ context: { iss: 'x' } }))
  for (const iss of [service.entraUrl, 'https://evil.example', '']) {
    const page = await service.open(`${address}&${new URLSearchParams({ iss })}`)
    expect(page.status).toBe(400)
  }
  expect(await service.endpoints('contextKeys=iss:x')).toEqual([])
  const own = await service.open(`${address}&${new URLSearchParams({ iss: service.slackUrl })}`)
  expect(own.status).toBe(200)
})
