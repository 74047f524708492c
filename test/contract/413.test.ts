import { describe, test } from 'bun:test'
import { rawRequest } from '../harness/raw-request.ts'
import { API_KEY, LINK_PATH, SAMPLE_BODY, startService, WITH_LIMITS } from '../harness/service.ts'
import { expectConforms } from './contract.ts'

describe('413', async () => {
  const service = await startService(WITH_LIMITS)
  const bodyOf = (bytes: number): string => {
    const empty = JSON.stringify({ ...SAMPLE_BODY, filler: '' })
    return JSON.stringify({ ...SAMPLE_BODY, filler: 'x'.repeat(bytes - empty.length) })
  }

  test('a body that is one byte too large; one byte less is accepted', async () => {
    expectConforms(await service.api('POST', LINK_PATH, bodyOf(102_401)), 413)
    expectConforms(await service.api('POST', LINK_PATH, bodyOf(102_400)), 201)
  })

  const head = [
    `POST ${LINK_PATH} HTTP/1.1`,
    'Host: latch',
    `Authorization: ApiKey ${API_KEY}`,
    'Content-Type: application/json',
  ].join('\r\n')

  test('a Content-Length that is too large, before any body is sent', async () => {
    for (const length of [102_401, 200_000_000, 9_000_000_000]) {
      const answer = await rawRequest(service.url, `${head}\r\nContent-Length: ${length}\r\n\r\n{`)
      expectConforms(answer, 413)
    }
  })

  test('a chunked body that never ends', async () => {
    const chunk = `4000\r\n${' '.repeat(0x4000)}\r\n`
    const answer = await rawRequest(service.url, (write) => {
      write(`${head}\r\nTransfer-Encoding: chunked\r\n\r\n`)
      for (let sent = 0; sent < 20; sent += 1) write(chunk)
    })
    expectConforms(answer, 413)
  })
})
