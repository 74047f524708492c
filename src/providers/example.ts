/** The provider that the samples in the API's description are written with. */
export { SLACK_EXAMPLE as EXAMPLE } from './slack/example.ts'
