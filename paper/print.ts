import { Worker } from 'node:worker_threads'
import type { Paper } from './draw.ts'

export type { Paper } from './draw.ts'

/** So many may wait; whoever comes then had better ask again. */
const WAITING_MAX = 50

/** Too many papers wait to be printed. */
export class PrinterBusy extends Error {}

interface Waiting {
  readonly resolve: (pdf: Uint8Array) => void
  readonly reject: (error: Error) => void
}

let worker: Worker | null = null
let sequence = 0
const waiting = new Map<number, Waiting>()

/**
 * Prints a paper as PDF, A4, with its fonts within; the same paper gives the same bytes. In a thread of its own, because
 * a page of Chinese text takes a tenth of a second, and bills are settled meanwhile.
 *
 * @throws PrinterBusy when too many wait
 */
export function print(paper: Paper): Promise<Uint8Array> {
  if (waiting.size >= WAITING_MAX) return Promise.reject(new PrinterBusy('too many papers wait to be printed'))
  worker ??= start()
  const id = ++sequence
  const printed = new Promise<Uint8Array>((resolve, reject) => waiting.set(id, { resolve, reject }))
  // It holds the process only while something is printed.
  worker.ref()
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread, not a window
  worker.postMessage({ id, paper })
  return printed
}

function start(): Worker {
  const fresh = new Worker(new URL('./worker.ts', import.meta.url))
  fresh.unref()
  fresh.on('message', ({ id, pdf, fault }: { id: number; pdf?: Uint8Array; fault?: string }) => {
    const one = waiting.get(id)
    waiting.delete(id)
    if (waiting.size === 0) fresh.unref()
    if (pdf !== undefined) one?.resolve(pdf)
    else one?.reject(new Error(fault))
  })
  fresh.on('error', (cause) => {
    const error = new Error('the printer failed', { cause })
    worker = null
    for (const one of waiting.values()) one.reject(error)
    waiting.clear()
  })
  return fresh
}
