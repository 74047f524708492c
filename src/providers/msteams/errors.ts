import type { ErrorCodes, Explanation } from '../provider.ts'

const NEW_LINK = 'Create a new link.'
const SET_SECRET =
  'Create a client secret in the app registration, and set its value with `latch integrations set-secret`.'

const NEEDS_ADMIN: Explanation = {
  meaning:
    'Users of the organisation may not consent to this app themselves: an administrator must.',
  remedy:
    'Have an administrator of that organisation open a link that connects it (POST /v1/integrations/channel-connections/oauth).',
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
      meaning: 'The redirect URI that latch sent is not in the app registration.',
      remedy: 'Add exactly the URI that `latch doctor` prints under Authentication, platform Web.',
    },
    AADSTS50020: {
      meaning:
        'The user belongs to another organisation than the one that the link is for, is a guest in it, or has a personal account.',
      remedy:
        'Have them sign in with their work account. To accept any organisation, create the link without connectionIdentifier.',
    },
    AADSTS50034: {
      meaning: 'The account does not exist in the organisation that the link is for.',
      remedy: 'Have the user sign in with their account in that organisation.',
    },
    AADSTS50105: {
      meaning:
        'The app is open only to users whom an administrator has assigned to it, and this user is not.',
      remedy:
        'Assign them under Enterprise applications, or switch off "Assignment required" there.',
    },
    AADSTS50194: {
      meaning:
        'The app is registered for a single tenant, but the user was sent to the sign-in page for any organisation.',
      remedy:
        'Set `singleTenant: true` and `tenantId` in the integration, or make the app registration multitenant.',
    },
    AADSTS53003: {
      meaning:
        'A Conditional Access policy of the organisation blocks the sign-in, such as one for devices or locations.',
      remedy: 'Ask an administrator of that organisation to allow it.',
    },
    AADSTS54005: {
      meaning: 'The authorization code was exchanged before latch did it.',
      remedy: `${NEW_LINK} If it happens again, make sure that no proxy in front of latch repeats requests.`,
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
      meaning: 'Microsoft does not recognise one of the requested scopes.',
      remedy:
        'Compare the API permissions of the app registration with those that `latch doctor` prints.',
    },
    AADSTS90094: NEEDS_ADMIN,
    AADSTS90095: NEEDS_ADMIN,
    AADSTS501481: {
      meaning:
        'The PKCE code verifier does not match the code challenge that was sent when the link was opened.',
      remedy: `${NEW_LINK} If it happens again, check that all latch processes have the same secret key.`,
    },
    AADSTS700016: {
      meaning:
        'The tenant has no app with this client id: the id is wrong, or nobody has consented there yet.',
      remedy: `Check the client id with \`latch doctor\`. ${NEEDS_ADMIN.remedy}`,
    },
    AADSTS7000215: {
      meaning: 'The client secret is wrong. Often its id was copied instead of its value.',
      remedy: SET_SECRET,
    },
    AADSTS7000222: { meaning: 'The client secret has expired.', remedy: SET_SECRET },
    AADSTS900144: {
      meaning:
        'Microsoft reports a missing parameter. It also does so for admin consent at `common`, where none is missing.',
      remedy: 'Send users to the exact URL that latch returned.',
    },
  },
}
