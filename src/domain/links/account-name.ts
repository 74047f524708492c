import { Type } from '@sinclair/typebox'
import { MAX_NAME_CHARACTERS } from './one-line.ts'

/** How the company names an account on the page that asks the user to confirm their link. */
export const AccountName = Type.String({
  minLength: 1,
  maxLength: MAX_NAME_CHARACTERS,
  pattern:
    '^[^\\u0000-\\u001f\\u007f-\\u009f\\u2028\\u2029\\u200e\\u200f\\u061c\\u202a-\\u202e\\u2066-\\u2069]*$',
  errorMessage: `display must be one line of 1 to ${MAX_NAME_CHARACTERS} characters, without control characters`,
  description:
    'How the user knows their account in your product, such as `ada@example.com`. The page that asks ' +
    'them to confirm the link shows it. Default: the name and e-mail address of the subscriber.',
  examples: ['ada@example.com'],
})
