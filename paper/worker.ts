// Draws papers in a thread of its own.
import assert from 'node:assert/strict'
import { parentPort } from 'node:worker_threads'
import { draw, type Paper } from './draw.ts'

assert(parentPort !== null, 'this file is the body of a worker')
const port = parentPort
port.on('message', ({ id, paper }: { id: number; paper: Paper }) => {
  draw(paper).then(
    (pdf) => port.postMessage({ id, pdf }),
    (error: unknown) => port.postMessage({ id, fault: String(error) }),
  )
})
