/** A ready sandbox. */
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

/** What a script reads: one line of JSON, in which each stand-in has an address of its own name. */
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

/** What a person reads, with the API key the first time only, as it is with a real one. */
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
      const note =
        standIn === first ? 'a stand-in: no real account is used' : `another: ask with ${asked}`
      return `  ${standIn.name.padEnd(10)}  ${standIn.url}   (${note})`
    })
    .join('\n')
  return `
latch sandbox is ready. Stop it with Ctrl+C; its data stays.

  Base URL    ${url}
  API key     ${isNew ? `${apiKey}   (shown this once: keep it)` : 'as printed at the first start (`latch sandbox --json` has it)'}
${standInLines}
  Reference   ${url}/openapi

1. Ask for a link:

curl -s ${url}/v1/integrations/channel-endpoints/oauth \\
  -H 'Content-Type: application/json' \\
  -H "Authorization: ApiKey ${shownKey}" \\
  -d '${body}'

2. Open the "url" of the answer in a browser, choose who you are, press Allow.

3. Read who that was:

curl -s '${url}/v1/channel-endpoints?subscriberId=${subscriberId}' \\
  -H "Authorization: ApiKey ${shownKey}"
`
}
