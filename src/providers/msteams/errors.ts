import type { ErrorCodes, Explanation } from '../provider.ts'

const NEW_LINK = 'Ask for a new link.'
const SET_SECRET =
  'Make a client secret in the app registration, and give latch its value: `latch integrations set-secret`.'

const NEEDS_ADMIN: Explanation = {
  meaning: 'The organisation lets no user consent to this app: an administrator has to.',
  remedy:
    'Have an administrator of that organisation open a link that connects it: POST /v1/integrations/channel-connections/oauth.',
}

/**
 * Entra's error codes: those shown on its own pages, from which the user is not redirected back,
 * and those in its responses
 * (https://learn.microsoft.com/entra/identity-platform/reference-error-codes). Only the code is
 * kept of a description: the rest contains trace ids, and at times someone's address.
 */
export const ENTRA_ERRORS: ErrorCodes = {
  inDescription: /\bAADSTS\d{1,10}\b/,
  meanings: {
    AADSTS50011: {
      meaning: 'The redirect URI that latch sent is not one of those of the app registration.',
      remedy:
        'Enter the URI that `latch doctor` prints, exactly, under Authentication, platform Web.',
    },
    AADSTS50020: {
      meaning:
        'The user is of another organisation than the one that the link is for, is a guest in it, or has a personal account.',
      remedy:
        'Let them sign in with their account at work. Where any organisation will do, ask for the link without connectionIdentifier.',
    },
    AADSTS50034: {
      meaning: 'There is no such account in the organisation that the link is for.',
      remedy: 'Let the user sign in with their account of that organisation.',
    },
    AADSTS50105: {
      meaning:
        'The app is open only to people whom an administrator has assigned to it, and the user is not.',
      remedy: 'Assign them under Enterprise applications, or let the app need no assignment.',
    },
    AADSTS50194: {
      meaning:
        'The app is registered for one tenant alone, and the user was sent to where any organisation signs in.',
      remedy:
        'Set `singleTenant: true` and `tenantId` at the integration, or open the registration to other organisations.',
    },
    AADSTS53003: {
      meaning:
        "A rule of the organisation's Conditional Access blocks the sign-in, such as one about devices or places.",
      remedy: 'Ask an administrator of that organisation to allow it.',
    },
    AADSTS54005: {
      meaning: 'Somebody had exchanged the authorization code before latch did.',
      remedy: `${NEW_LINK} Where it happens again, see to it that nothing in front of latch repeats requests.`,
    },
    AADSTS65001: NEEDS_ADMIN,
    AADSTS65004: {
      meaning: 'The user, or the administrator, chose not to consent.',
      remedy: 'The same link can be opened again until it expires.',
    },
    AADSTS70008: {
      meaning: 'The authorization code had expired when it was exchanged.',
      remedy: NEW_LINK,
    },
    AADSTS70011: {
      meaning: 'Microsoft does not know a scope that was asked for.',
      remedy: 'Check the API permissions of the app registration: `latch doctor` prints them.',
    },
    AADSTS90094: NEEDS_ADMIN,
    AADSTS90095: NEEDS_ADMIN,
    AADSTS501481: {
      meaning: "The proof that came with the code (PKCE) is not that of the link's beginning.",
      remedy: `${NEW_LINK} Where it happens again, check that all processes of latch have the same secret key.`,
    },
    AADSTS700016: {
      meaning:
        'Microsoft knows no app with that client id in the tenant: the id is wrong, or nobody has consented there yet.',
      remedy: `Check the client id with \`latch doctor\`. ${NEEDS_ADMIN.remedy}`,
    },
    AADSTS7000215: {
      meaning: 'The client secret is wrong: often its id was copied in place of its value.',
      remedy: SET_SECRET,
    },
    AADSTS7000222: { meaning: 'The client secret has expired.', remedy: SET_SECRET },
    AADSTS900144: {
      meaning:
        'Microsoft misses a parameter. It says so of admin consent at `common` too, where none is missing.',
      remedy: 'Send users to the URL of the link exactly as latch answered it.',
    },
  },
}
