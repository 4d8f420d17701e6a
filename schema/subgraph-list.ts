import type { z } from 'zod'

export interface SubgraphAddress {
  readonly name: string
  readonly url: string
}

/** Reads `name=url,name=url`; every faulty entry is reported to zod, so that one start shows all of them. */
export function readSubgraphs(text: string, faults: z.core.$RefinementCtx): SubgraphAddress[] {
  const list: SubgraphAddress[] = []
  for (const entry of text.split(',').map((one) => one.trim())) {
    const [, name = '', address = ''] = /^([a-z][a-z-]*)=(.+)$/.exec(entry) ?? []
    const url = URL.parse(address)
    const isPlain = url !== null && url.protocol.startsWith('http') && url.pathname === '/' && url.search === ''
    const place = name === '' ? `第 ${list.length + 1} 项 entry` : name
    if (!isPlain) fail(`${place}: 须为 名称=http://主机:端口 must be name=http://host:port`)
    else if (list.some((one) => one.name === name)) fail(`${place}: 重复 is given twice`)
    else list.push({ name, url: url.origin })
  }
  function fail(message: string) {
    faults.addIssue({ code: 'custom', message, input: undefined })
  }
  return list
}
