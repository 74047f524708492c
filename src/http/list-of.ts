import { type TObject, type TSchema, Type } from '@sinclair/typebox'

const cursor = (description: string) => Type.Union([Type.String(), Type.Null()], { description })

/** A page of a list, as Novu returns it: docs/novu.md#lists. */
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
      next: cursor('For `after`, to read the next page; null on the last.'),
      previous: cursor('For `before`, to read the page before; null on the first.'),
      totalCount: Type.Integer({ description: 'How many there are on all pages, up to 50,000.' }),
      totalCountCapped: Type.Boolean({ description: 'Whether there are more than that.' }),
    },
    { title },
  )
