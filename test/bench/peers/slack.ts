import { listen } from '../../../src/http/listen.ts'
import { slackStandIn } from '../../../src/providers/slack/stand-in/stand-in.ts'
import { createRandom } from '../../../src/secrets/random.ts'

// The sandbox's Slack in a process of its own, so that what it takes is not latch's. Prints its
// address, and answers once it is told, on standard input, where latch is.
const listener = listen('127.0.0.1', 0)
console.log(listener.url)
for await (const redirectUri of console) {
  const slack = slackStandIn.create({
    redirectUri,
    url: listener.url,
    clock: Date.now,
    sleep: Bun.sleep,
    randomId: createRandom().alphanumeric,
  })
  listener.setHandler(slack.fetch)
}
