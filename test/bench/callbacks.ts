import { writeFileSync } from 'node:fs'
import { LINK_PATH, SAMPLE_BODY } from '../harness/service.ts'

type Sandbox = { url: string; apiKey: string }

const AT_ONCE = 32

/** Links that users have consented to, up to the callback: their addresses, each good once. */
export async function consentedLinks({ url, apiKey }: Sandbox, count: number): Promise<string[]> {
  const addresses: string[] = []
  const make = async (): Promise<void> => {
    while (addresses.length < count) {
      const asked = await fetch(url + LINK_PATH, {
        method: 'POST',
        headers: { authorization: `ApiKey ${apiKey}`, 'content-type': 'application/json' },
        body: JSON.stringify(SAMPLE_BODY),
      })
      const link = new URL(((await asked.json()) as { url: string }).url)
      const form = new URLSearchParams(link.search)
      form.set('user', 'U0ADA00001')
      form.set('decision', 'allow')
      const consented = await fetch(link.origin + link.pathname, {
        method: 'POST',
        body: form,
        redirect: 'manual',
      })
      addresses.push(String(consented.headers.get('location')))
    }
  }
  await Promise.all(Array.from({ length: AT_ONCE }, make))
  return addresses.slice(0, count)
}

/** A script for wrk that opens each address once, and then stops the thread. */
export function openEachOnce(file: string, addresses: readonly string[]): string {
  const paths = addresses.map((address) => address.slice(new URL(address).origin.length))
  writeFileSync(`${file}.txt`, paths.join('\n'))
  writeFileSync(
    file,
    `local paths, count = {}, 0
for line in io.lines("${file}.txt") do paths[#paths + 1] = line end
function request()
  count = count + 1
  if count > #paths then wrk.thread:stop() end
  return wrk.format("GET", paths[math.min(count, #paths)])
end
`,
  )
  return file
}
