import { describe, expect, test } from 'bun:test'
import { existsSync, readFileSync, statSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'

const ROOT = join(import.meta.dir, '../..')
const scan = (pattern: string): string[] =>
  [...new Bun.Glob(pattern).scanSync({ cwd: ROOT, dot: false })]
    .filter((file) => !file.includes('node_modules'))
    .sort()
const read = (file: string): string => readFileSync(join(ROOT, file), 'utf8')

/** The anchors that GitHub gives to the headings of a page. */
function anchorsOf(markdown: string): Set<string> {
  const headings = [...markdown.matchAll(/^#{1,6} (.+)$/gm)].map(([, text = '']) => text)
  return new Set(
    headings.map((text) =>
      text
        .toLowerCase()
        .replace(/[^\p{L}\p{N}\s_-]/gu, '')
        .trim()
        .replaceAll(' ', '-'),
    ),
  )
}

/** What is wrong with a link to a file of this repository, null if nothing is. */
function problemOf(from: string, target: string): string | null {
  const [path = '', anchor] = target.split('#')
  const file = path === '' ? from : relative(ROOT, join(ROOT, dirname(from), path))
  if (!existsSync(join(ROOT, file))) return `${from}: ${target} does not exist`
  if (anchor === undefined || statSync(join(ROOT, file)).isDirectory()) return null
  return anchorsOf(read(file)).has(anchor) ? null : `${from}: ${target} has no such heading`
}

const pages = [...scan('*.md'), ...scan('{docs,src,test,examples}/**/*.md')]
const sources = scan('{src,test,scripts,examples,drizzle}/**/*.{ts,js,mjs,sql,py,yaml}')

describe('a link', () => {
  test('in a page leads to a file, and to a heading of it', () => {
    const links = pages.flatMap((page) =>
      [...read(page).matchAll(/\]\(([^)\s]+)\)/g)]
        .map(([, target = '']) => ({ page, target }))
        .filter(({ target }) => !/^[a-z]+:/i.test(target)),
    )
    expect(links.length).toBeGreaterThan(30)
    expect(links.map(({ page, target }) => problemOf(page, target)).filter(Boolean)).toEqual([])
  })

  test('in a comment of the code leads to a page in docs/, and to a heading of it', () => {
    const links = sources.flatMap((file) =>
      [...read(file).matchAll(/(?<![\w/.])docs\/[\w/-]+\.md(#[\w-]+)?/g)].map(([target]) => ({
        file,
        target,
      })),
    )
    const problems = links.map(({ file, target }) => {
      const problem = problemOf('README.md', target)
      return problem === null ? null : `${file}: ${problem}`
    })
    expect(problems.filter(Boolean)).toEqual([])
  })
})

describe('a decision', () => {
  const decisions = scan('docs/decisions/0*.md')

  test('is in the index, by its number and its title', () => {
    const entries = decisions.map((file) => {
      const [, number = '', title = ''] = /^# (\d+)\. (.+)$/m.exec(read(file)) ?? []
      return `${number}. [${title}](${file.replace('docs/decisions/', '')})`
    })
    const index = read('docs/decisions/README.md').split('\n')
    expect(index.filter((line) => /^\d+\. /.test(line))).toEqual(entries)
  })

  test('has its context, what was decided, and what follows from it', () => {
    for (const file of decisions) {
      const headings = [...read(file).matchAll(/^## (.+)$/gm)].map(([, text]) => text)
      expect({ file, headings }).toEqual({
        file,
        headings: ['Context', 'Decision', 'Consequences'],
      })
    }
  })
})

/** Names of lists that only their author has: a row of one, or a numbered one without its page. */
const PRIVATE_CODE =
  /\((?:[^()\n]*, )?[NSTP]\d{1,2}(?:, [^()\n]*)?\)|\b(?:decision|requirement)s? \d/

test('no comment and no test name cites by a code what it could link to', () => {
  const found = sources.flatMap((file) =>
    read(file)
      .split('\n')
      .filter(
        (line) => /^\s*(?:\/\/|\/?\*)|\b(?:test|describe)\b/.test(line) && PRIVATE_CODE.test(line),
      )
      .map((line) => `${file}: ${line.trim()}`),
  )
  expect(found).toEqual([])
})
