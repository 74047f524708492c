/** The bridge until no branch imports it: see `pipeline.ts`. */
export { type Api, createApi } from './pipeline.ts'
