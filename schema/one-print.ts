import { fault } from './fault.ts'

/** Printing takes a tenth of a second: an operation prints one paper. */
export const onePrint = () =>
  fault('LIMIT_EXCEEDED', {
    zh: '一次请求最多打印一份文件。',
    en: 'One operation prints at most one paper.',
  })
