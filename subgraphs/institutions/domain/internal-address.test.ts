import { expect, test } from 'vitest'
import { isInternal } from './internal-address.ts'
import { urlFault } from './webhook.ts'

test.each([
  '127.0.0.1',
  '10.1.2.3',
  '172.31.0.1',
  '192.168.1.1',
  '169.254.169.254',
  '100.100.100.200',
  '0.0.0.0',
  '224.0.0.1',
  '255.255.255.255',
  '::1',
  '::',
  'fe80::1',
  'fd00::1',
  '::ffff:10.0.0.1',
  '::ffff:a00:1',
  '64:ff9b::a00:1',
  '2002:a00:1::1',
  'ff02::1',
])('%s is no address of everybody', (address) => {
  expect(isInternal(address)).toBe(true)
})

test.each(['1.1.1.1', '172.32.0.1', '100.128.0.1', '2606:4700::1111'])('%s is', (address) => {
  expect(isInternal(address)).toBe(false)
})

test.each(['https://his.example.com/hooks', 'https://his.example.com:443/', 'https://his.example.com:8443/'])(
  'messages may be sent to %s',
  (address) => {
    expect(urlFault(address, false)).toBeNull()
  },
)
