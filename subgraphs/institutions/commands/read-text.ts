import { open } from 'node:fs/promises'
import { checkSignature, UnreadableFile } from '@yibao/schema/text-lines'

/** Size of the file in bytes; throws UnreadableFile when it is missing, empty or of a kind that is no CSV. */
export async function inspect(file: string): Promise<number> {
  const handle = await open(file).catch((error: NodeJS.ErrnoException) => {
    throw new UnreadableFile({ zh: `无法打开文件（${error.code}）`, en: `the file cannot be opened (${error.code})` })
  })
  try {
    const stat = await handle.stat()
    if (!stat.isFile()) throw new UnreadableFile({ zh: '不是文件', en: 'this is not a file' })
    if (stat.size === 0) throw new UnreadableFile({ zh: '文件为空', en: 'the file is empty' })
    const { buffer } = await handle.read(Buffer.alloc(4), 0, 4, 0)
    checkSignature(buffer)
    return stat.size
  } finally {
    await handle.close()
  }
}
