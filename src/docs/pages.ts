import configuration from './pages/configuration.md' with { type: 'text' }
import events from './pages/events.md' with { type: 'text' }
import idempotency from './pages/idempotency.md' with { type: 'text' }
import unit from './pages/latch.service' with { type: 'text' }
import links from './pages/links.md' with { type: 'text' }
import operating from './pages/operating.md' with { type: 'text' }
import personalData from './pages/personal-data.md' with { type: 'text' }
import slack from './pages/slack.md' with { type: 'text' }
import teams from './pages/teams.md' with { type: 'text' }
import upgrading from './pages/upgrading.md' with { type: 'text' }

/** The guides, by the last segment of their path. To add one, add a file and a line here. */
export const PAGES: ReadonlyMap<string, string> = new Map([
  ['slack', slack],
  ['teams', teams],
  ['configuration', configuration],
  ['operating', operating],
  ['idempotency', idempotency],
  ['links', links],
  ['events', events],
  ['personal-data', personalData],
  ['upgrading', upgrading],
])

export const SYSTEMD_UNIT: string = unit

/** The first heading of a page. */
export const titleOf = (markdown: string): string => /^# (.+)$/m.exec(markdown)?.[1] ?? ''
