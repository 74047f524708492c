import { Type } from '@sinclair/typebox'
import { commit } from '../domain/commit.ts'
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
  input: Person,
  output: Type.Object({
    endpoints: Type.Integer(),
    connections: Type.Integer(),
    events: Type.Integer(),
  }),
  run: async (context, { environmentId, subscriberId }) => {
    const { id } = await requireEnvironment(context, environmentId)
    const before = await removeMostOfPerson(context, commandActor(ERASE), id, subscriberId)
    const erased = await commit(context, commandActor(ERASE), () =>
      erasePerson(context, id, subscriberId, before),
    )
    if (erased.kind === 'subscriber_not_found') throw nothingKept(subscriberId)
    return erased.value
  },
})

const nothingKept = (subscriberId: string): UsageError =>
  new UsageError(`there is no subscriber ${subscriberId} here, and nothing is kept of one`)
