import type { ExplainedLink } from '../operator/explain.ts'
import { type CommandOptions, defineCommand } from './define-command.ts'
import { withDataDir, withJson } from './options.ts'

type Explained = NonNullable<ExplainedLink['why']>

/** Explains what happened to a link, or what an error code means. Exits with 1 if it is unknown. */
export const explainCommand = defineCommand({
  name: 'explain',
  description: 'explain why a link failed, by its id, the reference on a page, or an error code',
  declare: (command) =>
    withJson(withDataDir(command)).argument(
      '<what>',
      'a link id (lnk_…), a reference or request id, or an error code of latch, Slack or Microsoft',
    ),
  examples: [
    'latch explain lnk_0mi2c9q3k4fZr0XuVq1mW8aTe008cK7dQ2xPz_9sA',
    'latch explain a3f1c9 --json',
    'latch explain AADSTS50194',
  ],
  run: async (what: string, options: CommandOptions) => {
    const { explainAction } = await import('../operator/explain.ts')
    const { runAction } = await import('./run-action.ts')
    const { links, code } = await runAction(options, explainAction, { text: what })
    const isKnown = links.length > 0 || code !== null
    if (options.json) console.log(JSON.stringify({ links, code }))
    else if (!isKnown) console.log(unknown(what))
    else {
      for (const link of links) console.log(describeLink(link))
      if (code !== null) console.log(`${what}: ${code.meaning}\n→ ${code.remedy}`)
    }
    return isKnown ? 0 : 1
  },
})

const unknown = (what: string): string =>
  [
    `Nothing is known about ${what}.`,
    '→ A link must be named by its full id, and belong to an environment of this latch.',
    '→ A request must be the callback of a link. Look for other request ids in the log.',
  ].join('\n')

function describeLink(link: ExplainedLink): string {
  const { provider, integration, subscriberId, status, usable, expiresAt, why } = link
  const told = link.steps.some((step) => step.why?.reason === why?.reason)
  return [
    `Link ${link.id} in environment ${link.environment ?? link.environmentId}`,
    `  for ${subscriberId ?? 'an unknown subscriber'}, by ${integration ?? 'an unknown integration'}${provider === null ? '' : ` (${provider})`}`,
    `  ${status}${usable ? `, and can be used until ${expiresAt}` : ''}`,
    '',
    ...link.steps.flatMap(describeStep),
    ...(why === null || told ? [] : ['', ...describeWhy(why)]),
    '',
  ].join('\n')
}

const STEPS: Readonly<Record<string, string>> = {
  made: 'the link was created',
  expired: 'the link expired',
  'link.opened': "the link was opened at latch's own page",
  'link.failed': 'an attempt failed',
  'endpoint.linked': 'endpoint',
  'connection.installed': 'connection',
  'connection.created': 'connection',
  'connection.endpoints_moved': 'endpoints of other users were moved to another connection',
  'link.installation_discarded': 'the app was installed, but nothing about it was stored',
}

function describeStep({ at, what, stored, requestId, why }: ExplainedLink['steps'][number]) {
  const happened = stored === null ? '' : ` ${stored} was stored`
  const request = requestId === null ? '' : ` (request ${requestId})`
  const line = `  ${at}  ${STEPS[what] ?? what}${happened}${request}`
  return why === null ? [line] : [line, ...describeWhy(why)]
}

const describeWhy = ({ reason, providerError, meaning, remedy }: Explained): string[] => [
  `    ${reason}${providerError === null ? '' : `; the provider said: ${providerError}`}`,
  `    ${meaning}`,
  `    → ${remedy}`,
]
