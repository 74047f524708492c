import configuration from './guides/configuration.md' with { type: 'text' }
import events from './guides/events.md' with { type: 'text' }
import idempotency from './guides/idempotency.md' with { type: 'text' }
import identities from './guides/identities.md' with { type: 'text' }
import unit from './guides/latch.service' with { type: 'text' }
import links from './guides/links.md' with { type: 'text' }
import operating from './guides/operating.md' with { type: 'text' }
import personalData from './guides/personal-data.md' with { type: 'text' }
import samePerson from './guides/same-person.md' with { type: 'text' }
import slack from './guides/slack.md' with { type: 'text' }
import teams from './guides/teams.md' with { type: 'text' }
import upgrading from './guides/upgrading.md' with { type: 'text' }

/** The guides, by the last segment of their path. To add one, add a file and a line here. */
export const GUIDES: ReadonlyMap<string, string> = new Map([
  ['slack', slack],
  ['teams', teams],
  ['configuration', configuration],
  ['operating', operating],
  ['idempotency', idempotency],
  ['same-person', samePerson],
  ['links', links],
  ['identities', identities],
  ['events', events],
  ['personal-data', personalData],
  ['upgrading', upgrading],
])

export const SYSTEMD_UNIT: string = unit

/** The first heading of a page. */
export const titleOf = (markdown: string): string => /^# (.+)$/m.exec(markdown)?.[1] ?? ''
