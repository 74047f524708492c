/** The provider that the samples in the API description use. */
export { SLACK_EXAMPLE as EXAMPLE } from './slack/example.ts'
