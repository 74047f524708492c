import { Type } from '@sinclair/typebox'
import { type CommitDeps, commit } from '../domain/commit.ts'
import {
  erasePerson,
  exportPerson,
  PersonExport,
  removeMostOfPerson,
} from '../domain/subscribers/personal-data.ts'
import { commandActor, defineAction, requireEnvironment } from './action.ts'
import { UsageError } from './errors.ts'

const ERASE = 'subscribers.erase'

const Person = Type.Object({
  environmentId: Type.Union([Type.String(), Type.Null()]),
  subscriberId: Type.String({ minLength: 1 }),
})

/** Exports everything stored about one person, without secrets. */
export const exportSubscriberAction = defineAction({
  name: 'subscribers.export',
  input: Person,
  output: PersonExport,
  run: async (context, { environmentId, subscriberId }) => {
    const { id } = await requireEnvironment(context, environmentId)
    const found = await exportPerson(context, id, subscriberId)
    if (found.kind === 'subscriber_not_found') throw nothingKept(subscriberId)
    return found.person
  },
})

/** Erases everything stored about one person. */
export const eraseSubscriberAction = defineAction({
  name: ERASE,
  input: Type.Composite([Person, Type.Object({ rewritesFile: Type.Boolean() })]),
  output: Type.Object({
    endpoints: Type.Integer(),
    connections: Type.Integer(),
    events: Type.Integer(),
    /** Whether nothing of what was erased is left in free parts of the database file. */
    isFileRewritten: Type.Boolean(),
  }),
  run: async (context, { environmentId, subscriberId, rewritesFile }) => {
    const { id } = await requireEnvironment(context, environmentId)
    const before = await removeMostOfPerson(context, commandActor(ERASE), id, subscriberId)
    const erased = await commit(context, commandActor(ERASE), () =>
      erasePerson(context, id, subscriberId, before),
    )
    if (erased.kind === 'subscriber_not_found') throw nothingKept(subscriberId)
    return { ...erased.value, isFileRewritten: rewritesFile && (await rewriteFile(context)) }
  },
})

/** SQLite leaves what was deleted in free parts of its pages, and in its log. */
const rewriteFile = ({ store, log }: Pick<CommitDeps, 'store' | 'log'>): Promise<boolean> =>
  store.rewrite().then(
    () => true,
    (thrown: unknown) => {
      const error = thrown instanceof Error ? thrown : null
      log.warn({ error }, 'the database file was not rewritten after an erasure')
      return false
    },
  )

const nothingKept = (subscriberId: string): UsageError =>
  new UsageError(`No such subscriber: ${subscriberId}. Nothing is stored about them.`)
