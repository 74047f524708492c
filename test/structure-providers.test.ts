import { describe, expect, test } from 'bun:test'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { createProviders } from '../src/providers/create-providers.ts'
import { REGISTRY } from '../src/providers/registry.ts'
import { codeWordsOf } from './harness/code-words.ts'

const SRC = join(import.meta.dir, '../src')

/** Where a provider may be spoken of by its name: in its folder, and in what people read. */
const MAY_NAME = /^(providers\/|docs\/|config\.ts$)/

const wordsIn = (text: string): string[] =>
  [...text.matchAll(/[A-Za-z]+/g)].map(([word]) => word.toLowerCase())

/** They mean something everywhere: "ms" is milliseconds, and Google Chat is a chat. */
const ORDINARY = new Set(['ms', 'chat'])

const names = new Set(
  REGISTRY.flatMap(({ id, name, title, addresses, standIn }) =>
    [id, name, title, standIn.name, ...Object.keys(addresses)].flatMap(wordsIn),
  ).filter((word) => !ORDINARY.has(word)),
)

describe('a provider', () => {
  test('is named by no code outside its folder', () => {
    const some = ['entra', 'graph', 'microsoft', 'msteams', 'slack', 'teams']
    expect(names).toEqual(names.union(new Set(some)))
    const found = [...new Bun.Glob('**/*.ts').scanSync(SRC)]
      .filter((file) => !MAY_NAME.test(file))
      .sort()
      .flatMap((file) =>
        codeWordsOf(readFileSync(join(SRC, file), 'utf8'))
          .filter(({ word }) => names.has(word))
          .map(({ token, line }) => `${file}:${line} ${token}`),
      )
    expect(found).toEqual([])
  })

  const samples: [string, boolean][] = [
    ["if (provider.id === 'slack') return", true],
    ['const isSlack = true', true],
    ['const { slackUrl } = settings', true],
    ['type SlackUser = string', true],
    ["import { a } from '../providers/slack/a.ts'", true],
    ["where(sql`type in ('a', 'ms_teams_user')`)", true],
    [`const sample = 'list({ integrationIdentifier: "slack" })'`, true],
    [`const path = \`/slack/\${id}\``, true],
    [`const text = \`a \${settings[\`\${name}\`]} \${slack({ a: { b: 1 } })} b\``, true],
    ['const half = a / 2; const entra = b / 2', true],
    ["return /'/.test(a) ? 'graph' : b", true],
    ["const help = 'the apps at Slack and Microsoft'", false],
    ['// Slack does it so', false],
    ['/** `slack_user` */ const a = 1', false],
    [`const told = \`Slack's app at "\${url}" says \${error}\``, false],
    ["const told = 'an endpoint of type `slack_user`'", false],
    ["const bots = /Slackbot|'/i; const paragraph = 'x'", false],
  ]
  for (const [source, isNamed] of samples) {
    test(`is ${isNamed ? '' : 'not '}named by: ${source}`, () => {
      expect(codeWordsOf(source).some(({ word }) => names.has(word))).toBe(isNamed)
    })
  }

  test('shares the name of no address, credential or type of endpoint with another', async () => {
    const labels = REGISTRY.flatMap(({ addresses }) => Object.keys(addresses))
    const variables = REGISTRY.flatMap(({ addresses }) =>
      Object.values(addresses).map(({ variable }) => variable),
    )
    const urls = Object.fromEntries(labels.map((label) => [label, 'https://provider.example']))
    const providers = [...(await createProviders(REGISTRY, urls, fetch, Date.now)).values()]
    const credentials = providers.flatMap((provider) => Object.keys(provider.credentials))
    const types = providers.flatMap(({ endpoints: { person, destinations } }) =>
      [person, ...destinations].map(({ type }) => type),
    )
    const urlNames = REGISTRY.map(({ standIn }) => standIn.urlName)
    for (const all of [labels, variables, credentials, types, urlNames]) {
      expect([...new Set(all)]).toEqual(all)
    }
    const flags = REGISTRY.flatMap((definition) => definition.flags)
    for (const { credential } of flags) expect(credentials).toContain(credential)
  })
})
