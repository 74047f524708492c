import { describe, expect, test } from 'bun:test'
import { type Expected, problemsOf, runCase } from './cases.ts'

const body = { message: 'No "slack" here', ctx: { code: 'gone' }, list: [{ id: 1, name: 'a' }] }
const text = JSON.stringify(body)
const answer = { status: 404, body, text, headers: new Headers({ allow: 'GET, POST' }) }

describe('an answer is as expected', () => {
  const good: Expected[] = [
    { status: 404 },
    { status: 404, code: 'gone', contains: '"slack"', lacks: ['secret', /\d{5}/] },
    { status: 404, contains: ['No', /here/, { list: [{ id: 1 }] }] },
    { status: 404, contains: { message: /^No/, other: undefined } },
    { status: 404, headers: { allow: /POST/, link: null } },
  ]
  for (const expected of good) {
    test(Bun.inspect(expected, { compact: true }), () => {
      expect(problemsOf(answer, expected)).toEqual([])
    })
  }
})

describe('or the test says what is wrong:', () => {
  const bad: [Expected, string[]][] = [
    [{ status: 409 }, ['status 404, not 409']],
    [
      { status: 409, code: 'other' },
      ['status 404, not 409', 'body.ctx.code is "gone", not "other"'],
    ],
    [{ status: 404, contains: 'Yes' }, ['the body lacks "Yes"']],
    [{ status: 404, contains: /^here/ }, ['the body lacks /^here/']],
    [{ status: 404, contains: [{ ctx: { code: /x/ } }] }, ['body.ctx.code is "gone", not /x/']],
    [{ status: 404, contains: { list: [] } }, ['body.list is [{"id":1,"name":"a"}], not []']],
    [{ status: 404, contains: { list: [{ id: 2 }] } }, ['body.list.0.id is 1, not 2']],
    [{ status: 404, contains: { ctx: undefined } }, ['body.ctx is {"code":"gone"}, not absent']],
    [{ status: 404, contains: { more: true } }, ['body.more is absent, not true']],
    [{ status: 404, lacks: '"slack"' }, ['the body has "\\"slack\\""']],
    [{ status: 404, lacks: ['xyz', /code/] }, ['the body has /code/']],
    [{ status: 404, headers: { allow: 'GET' } }, ['allow is "GET, POST", not "GET"']],
    [{ status: 404, headers: { allow: null } }, ['allow is "GET, POST", not absent']],
    [{ status: 404, headers: { link: /./ } }, ['link is absent, not /./']],
  ]
  for (const [expected, problems] of bad) {
    test(problems.join(', '), () => {
      expect(problemsOf(answer, expected)).toEqual(problems)
    })
  }
})

describe('a case', () => {
  const common = { method: 'GET', path: '/common' }
  const asked: string[] = []
  const service = {
    api: async (method: string, path: string) => {
      asked.push(`${method} ${path}`)
      return answer
    },
  }

  test('sends its request, and fails where the answer is another', async () => {
    await runCase(service, common, { status: 404 })
    await runCase(service, common, { status: 404, request: { path: '/own' } })
    await runCase(service, common, { status: 404, before: async () => ({ path: '/made' }) })
    expect(asked).toEqual(['GET /common', 'GET /own', 'GET /made'])
    const failed = await runCase(service, common, { status: 200 }).then(String, String)
    expect(failed).toContain('status 404, not 200')
  })

  test('hands over the answer to what is asked afterwards', async () => {
    const seen: unknown[] = []
    const after = async (given: unknown) => void seen.push(given)
    await runCase(service, common, { status: 404, after })
    expect(seen).toEqual([answer])
  })
})
