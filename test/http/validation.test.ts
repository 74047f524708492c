import { describe, expect, test } from 'bun:test'
import { type TSchema, Type } from '@sinclair/typebox'
import { TypeCompiler } from '@sinclair/typebox/compiler'
import { ConnectBody } from '../../src/api/links/connect.ts'
import { LinkUserBody } from '../../src/api/links/link-user.ts'
import { openObject } from '../../src/http/declares.ts'
import { validationError } from '../../src/http/error-response.ts'

type Errors = Record<string, { messages: string[]; value?: unknown }>

const errorsOf = (schema: TSchema, body: unknown): unknown => {
  const validator = TypeCompiler.Compile(schema)
  return validator.Check(body) ? 'valid' : validationError(validator, body).options.errors
}

const GOOD = { subscriberId: 's', integrationIdentifier: 'i' }
const MISSING: Errors = {
  subscriberId: {
    messages: [
      'subscriberId should not be null or undefined',
      'subscriberId is required for link_user',
      'subscriberId must be a string',
    ],
  },
  integrationIdentifier: {
    messages: [
      'integrationIdentifier should not be null or undefined',
      'Integration identifier is required',
      'integrationIdentifier must be a string',
    ],
  },
}
const CONTEXT =
  'Invalid context payload structure. Expected object with context types as keys and string IDs ' +
  'or {id, data} objects as values'

/** One field that is wrong, with one message; the value is what came. */
const one = (name: string, message: string, value: unknown): Errors => ({
  [name]: { messages: [message], value },
})

// docs/novu.md#requests-and-validation; by field name, as docs/decisions/0003-errors.md says.
const linkUser: [string, unknown, Errors][] = [
  ['{}', {}, MISSING],
  ['[]', [], MISSING],
  ['a string', 'text', MISSING],
  ['a number', 1, MISSING],
  ['null', null, MISSING],
  ['no body', undefined, MISSING],
  [
    'both empty',
    { subscriberId: '', integrationIdentifier: '' },
    {
      ...one('subscriberId', 'subscriberId is required for link_user', ''),
      ...one('integrationIdentifier', 'Integration identifier is required', ''),
    },
  ],
  [
    'subscriberId: 1',
    { ...GOOD, subscriberId: 1 },
    one('subscriberId', 'subscriberId must be a string', 1),
  ],
  [
    'subscriberId: false',
    { ...GOOD, subscriberId: false },
    one('subscriberId', 'subscriberId must be a string', false),
  ],
  [
    'subscriberId: {}',
    { ...GOOD, subscriberId: { id: 's' } },
    one('subscriberId', 'subscriberId must be a string', { id: 's' }),
  ],
  [
    'connectionIdentifier: 5',
    { ...GOOD, connectionIdentifier: 5 },
    one('connectionIdentifier', 'connectionIdentifier must be a string', 5),
  ],
  [
    'contextHash: 1',
    { ...GOOD, contextHash: 1 },
    one('contextHash', 'contextHash must be a string', 1),
  ],
  [
    'userScope: "x"',
    { ...GOOD, userScope: 'x' },
    one('userScope', 'userScope must be an array', 'x'),
  ],
  [
    'userScope: {}',
    { ...GOOD, userScope: { 0: 'x' } },
    one('userScope', 'userScope must be an array', { 0: 'x' }),
  ],
  [
    'userScope: ["a", 1]',
    { ...GOOD, userScope: ['a', 1] },
    one('userScope', 'each value in userScope must be a string', ['a', 1]),
  ],
  [
    'userScope: wrong twice, told once',
    { ...GOOD, userScope: [1, null, 'a'] },
    one('userScope', 'each value in userScope must be a string', [1, null, 'a']),
  ],
  [
    'userScope: lists in a list, as their JSON',
    { ...GOOD, userScope: [['a'], 'b'] },
    one('userScope', 'each value in userScope must be a string', ['["a"]', 'b']),
  ],
  ['context: "x"', { ...GOOD, context: 'x' }, one('context', CONTEXT, 'x')],
  ['context: []', { ...GOOD, context: [] }, one('context', CONTEXT, [])],
  ['context: {}', { ...GOOD, context: {} }, one('context', CONTEXT, {})],
  [
    'context: three things wrong, told once',
    { ...GOOD, context: { a: 1, b: { data: [] }, c: '' } },
    one('context', CONTEXT, { a: 1, b: { data: [] }, c: '' }),
  ],
  [
    'context: numbered like a list',
    { ...GOOD, context: { 0: [] } },
    one('context', CONTEXT, { 0: [] }),
  ],
  [
    'everything at once',
    { subscriberId: 1, contextHash: 2, userScope: 3, context: 4 },
    {
      subscriberId: { messages: ['subscriberId must be a string'], value: 1 },
      integrationIdentifier: MISSING['integrationIdentifier'] ?? { messages: [] },
      contextHash: { messages: ['contextHash must be a string'], value: 2 },
      userScope: { messages: ['userScope must be an array'], value: 3 },
      context: { messages: [CONTEXT], value: 4 },
    },
  ],
]

describe('the body of a link', () => {
  for (const [name, body, errors] of linkUser) {
    test(`that is wrong by ${name}`, () => {
      expect(errorsOf(LinkUserBody, body)).toStrictEqual(errors)
    })
  }

  const good: [string, object][] = [
    ['has what it needs', {}],
    ['has what it does not know', { novelty: 1, constructor: 1 }],
    ['has all', { connectionIdentifier: 'c', contextHash: 'h', userScope: ['a'] }],
    ['has empty lists and texts', { connectionIdentifier: '', contextHash: '', userScope: [] }],
    ['has contexts', { context: { tenant: 'acme', app: { id: 'a', data: { any: [1] }, x: 1 } } }],
  ]
  for (const [name, more] of good) {
    test(`is taken when it ${name}`, () => {
      expect(errorsOf(LinkUserBody, { ...GOOD, ...more })).toBe('valid')
    })
  }
})

describe('the body of a connect', () => {
  const connect: [object, Errors][] = [
    [{ scope: 'x' }, one('scope', 'scope must be an array', 'x')],
    [
      { connectionMode: 'x' },
      one(
        'connectionMode',
        'connectionMode must be one of the following values: subscriber, shared',
        'x',
      ),
    ],
    [{ autoLinkUser: 'true' }, one('autoLinkUser', 'autoLinkUser must be a boolean value', 'true')],
  ]
  for (const [change, errors] of connect) {
    test(`with ${JSON.stringify(change)}`, () => {
      const body = { integrationIdentifier: 'i', ...change }
      expect(errorsOf(ConnectBody, body)).toStrictEqual(errors)
    })
  }
})

describe('any schema', () => {
  const nested = openObject({
    'a/b~c': Type.Optional(Type.String()),
    outer: openObject({ inner: Type.String(), list: Type.Array(openObject({ n: Type.Number() })) }),
  })

  test('names a field in an object by its path', () => {
    expect(errorsOf(nested, { outer: { inner: 5, list: [] } })).toStrictEqual(
      one('outer.inner', 'outer.inner must be a string', 5),
    )
  })

  test('names a list as a whole, whatever is invalid deep inside', () => {
    const list = [{ n: 1 }, { n: 'x' }]
    expect(errorsOf(nested, { outer: { inner: 'i', list } })).toStrictEqual(
      one('outer.list', 'each value in outer.list must be a number', list),
    )
  })

  test('says of a string that is empty or malformed what is wrong with it, not that it is none', () => {
    const schema = openObject({
      name: Type.String({ minLength: 1 }),
      word: Type.String({ pattern: '^[a-z]+$', patternMessage: 'must be letters' }),
      flag: Type.Boolean(),
    })
    expect(errorsOf(schema, { name: '', word: '1', flag: '' })).toStrictEqual({
      ...one('name', 'name should not be empty', ''),
      ...one('word', 'word must be letters', '1'),
      ...one('flag', 'flag must be a boolean value', ''),
    })
    expect(errorsOf(schema, { name: 1, word: 1, flag: true })).toStrictEqual({
      ...one('name', 'name must be a string', 1),
      ...one('word', 'word must be a string', 1),
    })
  })

  test('names a field as it is written, not as a pointer has it (RFC 6901 §4)', () => {
    const body = { 'a/b~c': 1, outer: { inner: 'i', list: [] } }
    expect(errorsOf(nested, body)).toStrictEqual(one('a/b~c', 'a/b~c must be a string', 1))
  })
})
