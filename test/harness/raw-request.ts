import { connect } from 'node:net'

export type RawAnswer = { status: number; headers: Headers; body: unknown; closed: boolean }

/** Speaks to a service byte by byte, for what no HTTP client would send. */
export function rawRequest(
  url: string,
  send: string | Uint8Array | ((write: (data: string | Uint8Array) => void) => void),
): Promise<RawAnswer> {
  const { hostname, port } = new URL(url)
  return new Promise((resolve, reject) => {
    let text = ''
    const socket = connect(Number(port), hostname, () => {
      if (typeof send === 'function') send((data) => socket.write(data))
      else socket.write(send)
    })
    const finish = (closed: boolean): void => {
      const answer = parse(text)
      if (answer !== null) {
        socket.destroy()
        resolve({ ...answer, closed })
      } else if (closed) reject(new Error(`no answer: ${text}`))
    }
    socket.on('data', (data) => {
      text += data.toString('latin1')
      finish(false)
    })
    socket.on('close', () => finish(true))
    socket.on('error', () => finish(true))
  })
}

/** Null while the answer is not whole. */
function parse(text: string): Omit<RawAnswer, 'closed'> | null {
  const end = text.indexOf('\r\n\r\n')
  if (end === -1) return null
  const [statusLine = '', ...lines] = text.slice(0, end).split('\r\n')
  const headers = new Headers()
  for (const line of lines) {
    const colon = line.indexOf(':')
    headers.append(line.slice(0, colon), line.slice(colon + 1).trim())
  }
  const body = text.slice(end + 4)
  const length = Number(headers.get('content-length') ?? '0')
  if (body.length < length) return null
  const json = headers.get('content-type')?.startsWith('application/json') ?? false
  return { status: Number(statusLine.split(' ')[1]), headers, body: json ? JSON.parse(body) : body }
}
