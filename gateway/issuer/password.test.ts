import { expect, test } from 'vitest'
import { createPasswordCheck, hashPassword, PasswordsBusy } from './password.ts'

test('the right password is right, another is not, and no account is never right', async () => {
  const check = createPasswordCheck()
  const kept = await hashPassword('k7m2-9xqa-医保')
  expect(await check('k7m2-9xqa-医保', kept)).toBe(true)
  expect(await check('k7m2-9xqa', kept)).toBe(false)
  expect(await check('', kept)).toBe(false)
  expect(await check('k7m2-9xqa-医保', null)).toBe(false)
})

test('the same password is kept in another form each time, and the form does not hold it', async () => {
  const [one, two] = await Promise.all([hashPassword('secret'), hashPassword('secret')])
  expect(one).not.toBe(two)
  expect(one).not.toContain('secret')
})

test('few passwords are checked at a time, and too many waiting are sent away', async () => {
  const kept = await hashPassword('right')
  const check = createPasswordCheck({ atOnce: 1, waitingMax: 2 })
  const results = await Promise.allSettled([1, 2, 3, 4, 5].map(() => check('right', kept)))
  expect(results.filter((one) => one.status === 'fulfilled' && one.value)).toHaveLength(3)
  const refused = results.filter((one) => one.status === 'rejected')
  expect(refused).toHaveLength(2)
  expect(refused.every((one) => one.reason instanceof PasswordsBusy)).toBe(true)
  expect(await check('right', kept)).toBe(true)
})
