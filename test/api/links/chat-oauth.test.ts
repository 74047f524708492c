import { afterAll, describe } from 'bun:test'
import { testCases } from '../../harness/cases.ts'
import { SANDBOX } from '../../harness/sandbox.ts'
import { startService } from '../../harness/service.ts'
import { ASKED, refusedAlike } from './link-cases.ts'

const service = await startService()
afterAll(() => service.stop())

const CHAT = { method: 'POST', path: '/v1/integrations/chat/oauth', body: ASKED }
const { integrationIdentifier } = ASKED
const LINK_USER = { ...ASKED, mode: 'link_user' }

describe('the deprecated route', () => {
  testCases(service, CHAT, [
    {
      name: 'to connect if there is no mode',
      status: 201,
      contains: { url: /&scope=chat%3Awrite/ },
      headers: { 'latch-link-id': /^lnk_/ },
    },
    {
      name: 'it connects',
      request: { body: { ...ASKED, mode: 'connect' } },
      status: 201,
      contains: '&scope=chat%3Awrite',
    },
    {
      name: 'it links',
      request: { body: LINK_USER },
      status: 201,
      contains: 'user_scope=identity.basic',
    },
    {
      name: 'to link without a subscriberId',
      request: { body: { integrationIdentifier, mode: 'link_user' } },
      status: 400,
      code: 'subscriber_required',
      contains: { message: 'subscriberId is required for link_user mode' },
    },
    {
      name: 'to connect without an owner',
      request: { body: { integrationIdentifier } },
      status: 400,
      code: 'owner_required',
    },
    {
      name: 'to link with an unknown connection',
      request: { body: { ...LINK_USER, connectionIdentifier: 'none' } },
      status: 404,
      code: 'connection_not_found',
      contains: { message: 'Channel connection not found: none' },
    },
    {
      name: 'another mode',
      request: { body: { ...ASKED, mode: 'both' } },
      status: 422,
      contains: { errors: { mode: { value: 'both' } } },
    },
    {
      name: 'through the given connection',
      request: { body: { ...LINK_USER, connectionIdentifier: SANDBOX.connectionIdentifier } },
      status: 201,
      contains: 'team=T0ACME0001',
    },
  ])
  describe('to connect', () => testCases(service, CHAT, refusedAlike(service)))
  describe('to link', () => testCases(service, CHAT, refusedAlike(service, { mode: 'link_user' })))
})
