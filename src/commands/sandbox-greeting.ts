/** What a script reads of a ready sandbox: one line of JSON. */
export type SandboxFacts = {
  url: string
  apiKey: string
  callbackUrl: string
  slackUrl: string
  entraUrl: string
  integrations: { slack: string; msteams: string }
  subscriberId: string
  connectionIdentifier: string
}

/** What a person reads, with the API key the first time only, as it is with a real one. */
export function describeSandbox(facts: SandboxFacts, isNew: boolean): string {
  const { url, apiKey, slackUrl, entraUrl, integrations, subscriberId, connectionIdentifier } =
    facts
  const shownKey = isNew ? apiKey : '$LATCH_API_KEY'
  const body = JSON.stringify({
    subscriberId,
    integrationIdentifier: integrations.slack,
    connectionIdentifier,
  })
  return `
latch sandbox is ready. Stop it with Ctrl+C; its data stays.

  Base URL    ${url}
  API key     ${isNew ? `${apiKey}   (shown this once: keep it)` : 'as printed at the first start (`latch sandbox --json` has it)'}
  Slack       ${slackUrl}   (a stand-in: no real account is used)
  Microsoft   ${entraUrl}   (another: ask with "integrationIdentifier": "${integrations.msteams}")
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
