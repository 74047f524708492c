/** The facts that the greeting prints. */
export type SandboxFacts = {
  url: string
  apiKey: string
  callbackUrl: string
  standIns: readonly {
    name: string
    urlName: string
    url: string
    providerId: string
    integrationIdentifier: string
  }[]
  subscriberId: string
  connectionIdentifier: string | null
}

/** One line of JSON for scripts, with an address for each stand-in. */
export const sandboxJson = ({ standIns, ...facts }: SandboxFacts): string => {
  const { url, apiKey, callbackUrl, subscriberId, connectionIdentifier } = facts
  return JSON.stringify({
    url,
    apiKey,
    callbackUrl,
    ...Object.fromEntries(standIns.map((standIn) => [standIn.urlName, standIn.url])),
    integrations: Object.fromEntries(
      standIns.map(({ providerId, integrationIdentifier }) => [providerId, integrationIdentifier]),
    ),
    subscriberId,
    connectionIdentifier,
  })
}

/** The greeting on a terminal. The API key is shown at the first start only, as with `serve`. */
export function describeSandbox(facts: SandboxFacts, isNew: boolean): string {
  const { url, apiKey, standIns, subscriberId, connectionIdentifier } = facts
  const [first] = standIns
  const shownKey = isNew ? apiKey : '$LATCH_API_KEY'
  const body = JSON.stringify({
    subscriberId,
    integrationIdentifier: first?.integrationIdentifier,
    connectionIdentifier,
  })
  const standInLines = standIns
    .map((standIn) => {
      const asked = `"integrationIdentifier": "${standIn.integrationIdentifier}"`
      const note = standIn === first ? 'a stand-in: no account needed' : `to use it, send ${asked}`
      return `  ${standIn.name.padEnd(10)}  ${standIn.url}   (${note})`
    })
    .join('\n')
  return `
latch sandbox is ready. Stop it with Ctrl+C; its data is kept.

  Base URL    ${url}
  API key     ${isNew ? `${apiKey}   (shown only once: store it now)` : 'shown at the first start; `latch sandbox --json` prints it again'}
${standInLines}
  Reference   ${url}/openapi

1. Create a link:

curl -s ${url}/v1/integrations/channel-endpoints/oauth \\
  -H 'Content-Type: application/json' \\
  -H "Authorization: ApiKey ${shownKey}" \\
  -d '${body}'

2. Open the "url" of the response in a browser, choose a user, and press Allow.

3. Read who was linked:

curl -s '${url}/v1/channel-endpoints?subscriberId=${subscriberId}' \\
  -H "Authorization: ApiKey ${shownKey}"
`
}
