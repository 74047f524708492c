import { afterAll, describe, expect, test } from 'bun:test'
import { NOT_AT_NOVU, TRANSFERRED, type Transferred } from './as-records.ts'
import { openDoors } from './doors.ts'
import { createMutations, type Document, isObject, type Mutation } from './mutations.ts'

const doors = await openDoors()
const { service } = doors
afterAll(() => service.stop())

const mutationsOf = createMutations((await service.api('GET', '/openapi.json')).body as Document)

/** The ways to make a body wrong that a record can be wrong by, too. */
const wrongRecords = (name: string, { sample, without, allowed }: Transferred): Mutation[] =>
  mutationsOf(name, sample, without).filter(
    ({ field, what }) => !allowed.includes(`${field}: ${what}`),
  )

const topOf = (field: string): string => field.split('.')[0] ?? ''
const bodyOf = ({ body }: Mutation): Record<string, unknown> => (isObject(body) ? body : {})

describe('an import skips every record that the API would refuse, and continues:', () => {
  for (const [name, transferred] of Object.entries(TRANSFERRED)) {
    const { kind, sample, novuPath, toRecord, toItem } = transferred

    test(`${kind}s of Novu`, async () => {
      const before = doors.stored()
      const wrong = wrongRecords(name, transferred).filter(
        ({ field }) => !NOT_AT_NOVU.has(topOf(field)),
      )
      const items = wrong.map((mutation) => toItem(bodyOf(mutation)))
      const { stored, known, skipped } = await doors.importItems(novuPath, items)
      expect([stored, known]).toEqual([{}, {}])
      expect(skipped).toHaveLength(items.length)
      for (const one of skipped) expect(one).toMatchObject({ resource: novuPath })
      expect(doors.stored()).toBe(before)
    })

    test(`${kind}s of a file`, async () => {
      const before = doors.stored()
      const wrong = wrongRecords(name, transferred)
      expect(wrong.length).toBeGreaterThan(5)
      const records = wrong.map((mutation) => toRecord(bodyOf(mutation)))
      const { stored, known, skipped } = await doors.importRecords(records)
      expect([stored, known]).toEqual([{}, {}])
      const reasons = new Map(skipped.map((one) => ['line' in one && one.line, one.why]))
      for (const [index, { field, what }] of wrong.entries()) {
        const why = reasons.get(index + 1) ?? 'it was taken'
        // The reason names the property, whatever it is called by those who read it.
        const last = (field.split('.').at(-1) ?? '').replace(/^providerId$/, 'provider')
        const isNamed = why.toLowerCase().includes(last.toLowerCase())
        expect([field, what, isNamed ? 'named' : why]).toEqual([field, what, 'named'])
      }
      expect(doors.stored()).toBe(before)
      const good = await doors.importRecords([...records.slice(0, 3), toRecord(sample)])
      expect([good.stored, good.skipped.length]).toEqual([{ [kind]: 1 }, 3])
    })
  }
})
