import { TypeGuard } from '@sinclair/typebox'
import type { DeclaredRoute } from '../http/declares.ts'

export type CodeSample = { lang: string; label: string; source: string }

/**
 * Samples that call a route from a shell, and with Novu's SDK where it has a method for the route.
 */
export function codeSamples(route: DeclaredRoute, publicUrl: string): CodeSample[] {
  const { sdk } = route.declaration
  return [
    { lang: 'shell', label: 'curl', source: curl(route, publicUrl) },
    ...(sdk === undefined
      ? []
      : [{ lang: 'typescript', label: 'TypeScript', source: typescript(route, sdk, publicUrl) }]),
  ]
}

function curl(route: DeclaredRoute, publicUrl: string): string {
  const { method, declaration } = route
  const lines = [
    `curl -s${method === 'GET' ? '' : ` -X ${method}`} '${publicUrl}${examplePath(route)}'`,
    ...(declaration.access !== 'public' ? ['-H "Authorization: ApiKey $LATCH_API_KEY"'] : []),
    ...(declaration.example === undefined
      ? []
      : [`-H 'Content-Type: application/json'`, `-d '${shellQuoted(declaration.example)}'`]),
  ]
  return lines.join(' \\\n  ')
}

const shellQuoted = (body: unknown): string => JSON.stringify(body).replaceAll("'", `'\\''`)

/** The path, with each parameter replaced by its first example. */
function examplePath({ path, declaration: { params } }: DeclaredRoute): string {
  return path.replaceAll(/:([A-Za-z]+)/g, (_, name: string) => {
    const property = TypeGuard.IsObject(params) ? params.properties[name] : undefined
    const [example]: unknown[] = Array.isArray(property?.examples) ? property.examples : []
    return encodeURIComponent(typeof example === 'string' ? example : name)
  })
}

function typescript({ declaration }: DeclaredRoute, sdk: string, publicUrl: string): string {
  const body = JSON.stringify(declaration.example ?? {}, null, 2).replaceAll(
    /"([A-Za-z_]\w*)":/g,
    '$1:',
  )
  return `import { Novu } from '@novu/api'

const novu = new Novu({
  secretKey: process.env.LATCH_API_KEY,
  serverURL: '${publicUrl}',
})
const answer = await novu.${sdk.replace('$body', () => body)}
console.log(answer)
`
}
