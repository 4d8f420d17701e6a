// `npm run bench`: measures the platform on this machine and shows each target beside what was measured; `--help` says what
// it can be told. JSON goes to a file.
import { mkdir, writeFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import { runMain } from '@yibao/schema/process'
import { readOptions } from './test/bench/options.ts'
import { runBench } from './test/bench/run.ts'
import { tableOf } from './test/bench/table.ts'

const start = performance.now()
const say = (text: string) =>
  process.stderr.write(`${String(Math.round((performance.now() - start) / 1000)).padStart(5)} s  ${text}\n`)

await runMain(async () => {
  const options = readOptions(process.argv.slice(2))
  const result = await runBench(options, say)
  const json = `${JSON.stringify(result, null, 2)}\n`
  await mkdir(dirname(options.out), { recursive: true })
  await writeFile(options.out, json)
  process.stdout.write(options.isJson ? json : `${tableOf(result)}\n`)
  say(`JSON in ${options.out}`)
  return result.crossCheck.ok && Object.keys(result.failures).length === 0 ? 0 : 1
})
