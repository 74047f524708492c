import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { start } from '../harness/process.ts'
import { tempDir } from '../harness/temp-dir.ts'
import { fill } from './service.ts'
import { FRESH_KEYS, postScript, wrk, median } from './wrk.ts'
const LINK_PATH='/v1/integrations/channel-endpoints/oauth'
const SAMPLE_BODY={subscriberId:'subscriber-123',integrationIdentifier:'slack',connectionIdentifier:'slack-connection-abc123'}
const names = process.argv[3]?.split(',') ?? ['base','before','mine']
const rounds = Number(process.argv[2] ?? 8)
const seconds = Number(process.argv[4] ?? 1)
const cpu = (pid:number) => { const p = readFileSync(`/proc/${pid}/stat`,'utf8').split(') ')[1]!.split(' '); return (Number(p[11])+Number(p[12]))*10000 } // µs
const env = { LATCH_PORT:'0', LATCH_LOG_LEVEL:'silent', LATCH_RATE_LIMIT_GLOBAL:'1000000', LATCH_RATE_LIMIT_CONFIGURATION:'1000000' }
const all = []
for (const name of names) {
  const folder = tempDir()
  const p = await start([`/tmp/lcb/${name}`,'serve','--data-dir',join(folder,'data')],{cwd:folder,env})
  const url = /at (\S+)$/.exec(p.firstLine)?.[1] ?? ''
  const apiKey = await p.find(/^API key.*: (\S+)$/m)
  const post = (path:string, body:unknown, headers:Record<string,string>={}) => fetch(url+path,{method:'POST',headers:{authorization:`ApiKey ${apiKey}`,'content-type':'application/json',...headers},body:JSON.stringify(body)})
  await fill({post} as never)
  const auth = `wrk.headers["Authorization"] = "ApiKey ${apiKey}"\n`
  const sc=(n:string,more:string)=>postScript(folder,n,SAMPLE_BODY,more)
  const key='wrk.headers["Idempotency-Key"] = "replayed"'
  await post(LINK_PATH, SAMPLE_BODY, {'idempotency-key':'replayed'})
  all.push({name,pid:p.pid,p,url:url+LINK_PATH,post,cases:{link:sc('link',auth),fresh:sc('fresh',auth+FRESH_KEYS),replay:sc('replay',auth+key)}})
}
const out: Record<string, Record<string,{rps:number[],cpu:number[]}>> = {}
for (const a of all) await wrk(a.url, a.cases.link, 2)
const list = ['link','fresh','replay'] as const
for (let r=0;r<rounds;r++) for (const c of list) for (const a of (r%2? all : [...all].reverse())) {
  if (c==='replay') await a.post(LINK_PATH, SAMPLE_BODY, {'idempotency-key':'replayed'})
  const b=cpu(a.pid); const l = await wrk(a.url,a.cases[c],seconds); const d=cpu(a.pid)-b
  if (l.failed) console.error(a.name,c,'failed',l.failed)
  const o=((out[c]??={})[a.name]??={rps:[],cpu:[]}); o.rps.push(l.requestsPerSecond); o.cpu.push(d/l.requests)
}
for (const c of list) { const first=out[c]![names[0]!]!
 for (const n of names) { const o=out[c]![n]!
  const ratio=median(o.rps.map((v,i)=>v/first.rps[i]!)); const cr=median(o.cpu.map((v,i)=>v/first.cpu[i]!))
  console.log(c.padEnd(7),n.padEnd(8),'rps',Math.round(median(o.rps)),'ratio',ratio.toFixed(3),'cpu µs/req',median(o.cpu).toFixed(2),'cpu ratio',cr.toFixed(3)) } }
for (const a of all) a.p.signal('SIGTERM')
process.exit()
