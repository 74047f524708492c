import { type Static, type TObject, type TProperties, type TSchema, Type } from '@sinclair/typebox'
import type { Page, Paging } from '../store/reading/pagination.ts'
import { invalid } from './api-error.ts'
import { openObject } from './declares.ts'

const DEFAULT_LIMIT = 10

/**
 * A whole number from 1 to 100, optionally with zero decimals: Python clients send `limit=2.0`, which
 * Novu reads as 2.
 */
const LIMIT = '^0*([1-9][0-9]?|100)(\\.0+)?$'

/** The query parameters of every list. */
export const LIST_PARAMETERS = {
  limit: Type.Optional(
    Type.String({
      pattern: LIMIT,
      errorMessage: 'limit must be a whole number from 1 to 100',
      description: 'The page size, from 1 to 100. Default: 10.',
    }),
  ),
  after: Type.Optional(
    Type.String({ description: 'To read the next page: the `next` of this page.' }),
  ),
  before: Type.Optional(
    Type.String({ description: 'To read the previous page: the `previous` of this page.' }),
  ),
  orderBy: Type.Optional(Type.Union([Type.Literal('createdAt'), Type.Literal('updatedAt')])),
  orderDirection: Type.Optional(Type.Union([Type.Literal('ASC'), Type.Literal('DESC')])),
  includeCursor: Type.Optional(
    Type.Union([Type.Literal('true'), Type.Literal('false')], {
      errorMessage: 'includeCursor must be true or false',
      description: 'Whether the page includes the item that the cursor names.',
    }),
  ),
}

const { orderBy: ORDER_BY, ...COMMON } = LIST_PARAMETERS

/** The sort order of most lists. */
export const byTime = { orderBy: ORDER_BY }

/** Novu's lists of subscribers and contexts also accept `_id`, which is the order of creation. */
export const byTimeOrId = {
  orderBy: Type.Optional(
    Type.Union([Type.Literal('_id'), Type.Literal('createdAt'), Type.Literal('updatedAt')]),
  ),
}

/**
 * A list's query parameters. Unknown ones are refused: ignoring a misspelt filter would return
 * everything.
 */
export const listQuery = <Properties extends TProperties>(
  parameters: Properties,
): TObject<typeof COMMON & Properties> =>
  Type.Object({ ...COMMON, ...parameters }, { additionalProperties: false })

const ListQuery = openObject({ ...LIST_PARAMETERS, orderBy: Type.Optional(Type.String()) })
type ListQuery = Static<typeof ListQuery>

/** `contextKeys`, which can be repeated. */
export const CONTEXT_KEYS = Type.Optional(
  Type.Union([Type.String(), Type.Array(Type.String())], {
    description: 'The exact set of contexts, such as `tenant:acme`; empty for items without one.',
  }),
)

/** Reads limit, order and cursor. Throws 422 if both cursors are given. */
export function readPaging(query: ListQuery): Paging {
  const { after, before, includeCursor, limit, orderBy, orderDirection } = query
  if (after && before) {
    const messages = ['before and after cannot be used together']
    throw invalid({ after: { messages, value: after }, before: { messages, value: before } })
  }
  const included = includeCursor === 'true'
  const cursor = after
    ? ({ kind: 'after', id: after, included } as const)
    : before
      ? ({ kind: 'before', id: before, included } as const)
      : null
  return {
    limit: Number(limit ?? DEFAULT_LIMIT),
    orderBy: orderBy === 'updatedAt' ? 'updatedAt' : 'createdAt',
    direction: orderDirection === 'ASC' ? 'asc' : 'desc',
    cursor,
  }
}

/** Undefined matches any context; an empty list matches only items without one. */
export function readContextKeys(keys: string | string[] | undefined): string[] | undefined {
  if (keys === undefined) return undefined
  const list = (Array.isArray(keys) ? keys : [keys]).filter((key) => key !== '')
  return [...new Set(list)].sort((left, right) => left.localeCompare(right, 'en'))
}

/** Builds the response for a page. An unknown cursor gives an empty page, as at Novu. */
export function presentPage<Row, Item>(
  { items, hasNext, hasPrevious, ...totals }: Page<Row>,
  idOf: (row: Row) => string,
  present: (row: Row) => Item,
): ListResponse<Item> {
  const [first, last] = [items.at(0), items.at(-1)]
  return {
    data: items.map(present),
    next: hasNext && last !== undefined ? idOf(last) : null,
    previous: hasPrevious && first !== undefined ? idOf(first) : null,
    ...totals,
  }
}

type ListResponse<Item> = {
  data: Item[]
  next: string | null
  previous: string | null
  totalCount: number
  totalCountCapped: boolean
}

const cursor = (description: string) => Type.Union([Type.String(), Type.Null()], { description })

/** The schema of a page, as Novu returns it: docs/novu.md#lists. */
export const listOf = <Item extends TSchema>(
  item: Item,
  title: string,
): TObject<{
  data: ReturnType<typeof Type.Array<Item>>
  next: ReturnType<typeof cursor>
  previous: ReturnType<typeof cursor>
  totalCount: ReturnType<typeof Type.Integer>
  totalCountCapped: ReturnType<typeof Type.Boolean>
}> =>
  Type.Object(
    {
      data: Type.Array(item),
      next: cursor('Pass it as `after` to read the next page. Null on the last page.'),
      previous: cursor('Pass it as `before` to read the previous page. Null on the first page.'),
      totalCount: Type.Integer({ description: 'The number of items on all pages, up to 50,000.' }),
      totalCountCapped: Type.Boolean({ description: 'Whether there are more than 50,000.' }),
    },
    { title },
  )
