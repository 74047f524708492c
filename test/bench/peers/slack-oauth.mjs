// Slack's own library on Node's http server: reads the same body, makes an install URL, answers.
import { createServer } from 'node:http'
import { InstallProvider } from '@slack/oauth'

const installer = new InstallProvider({
  clientId: '1.2',
  clientSecret: 'secret',
  stateSecret: 'a-state-secret',
})
const server = createServer((request, response) => {
  let text = ''
  request.on('data', (chunk) => {
    text += chunk
  })
  request.on('end', async () => {
    const { subscriberId } = JSON.parse(text)
    const url = await installer.generateInstallUrl({
      scopes: ['chat:write'],
      metadata: subscriberId,
    })
    response.writeHead(201, { 'content-type': 'application/json' })
    response.end(JSON.stringify({ url }))
  })
})
server.listen(0, '127.0.0.1', () => console.log(`http://127.0.0.1:${server.address().port}`))
