import { Elysia } from 'elysia'
import { live } from './live.ts'
import { novuHealthCheck } from './novu-health-check.ts'
import { createReadiness, type HealthDeps } from './readiness.ts'
import { ready } from './ready.ts'

/** The health checks: liveness and readiness. */
export function health(vitals: HealthDeps) {
  const readiness = createReadiness(vitals)
  return new Elysia({ name: 'health' })
    .use(live())
    .use(ready(readiness))
    .use(novuHealthCheck(vitals, readiness))
}
