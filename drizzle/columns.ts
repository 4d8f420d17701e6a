import { fenOf, quantityOf, rateOf, unitPriceOf } from '@yibao/schema/money'
import type { Fen, Quantity, Rate, UnitPrice } from '@yibao/schema/money'
import { customType } from 'drizzle-orm/pg-core'

/** A whole number in the database that is a branded bigint in the code. */
const whole = <Brand extends bigint>(sqlType: 'bigint' | 'integer', brand: (value: bigint) => Brand) =>
  customType<{ data: Brand; driverData: string | number }>({
    dataType: () => sqlType,
    toDriver: (value) => value.toString(),
    fromDriver: (stored) => brand(BigInt(stored)),
  })

/** An amount in fen, `bigint`. */
export const money = whole<Fen>('bigint', fenOf)
/** A ratio in ten-thousandths, `integer`. */
export const rate = whole<Rate>('integer', rateOf)
/** A price in 10⁻⁶ yuan, `bigint`. */
export const unitPrice = whole<UnitPrice>('bigint', unitPriceOf)
/** A quantity in 10⁻⁴ units, `bigint`. */
export const quantity = whole<Quantity>('bigint', quantityOf)

/** A point in time, `timestamptz`. Keep it in whole milliseconds: the database keeps no more than microseconds. */
export const instant = customType<{ data: Temporal.Instant; driverData: string }>({
  dataType: () => 'timestamp with time zone',
  toDriver: (value) => value.toString(),
  fromDriver: (stored) => Temporal.Instant.from(stored),
})

/** A calendar day, `date`. */
export const day = customType<{ data: Temporal.PlainDate; driverData: string }>({
  dataType: () => 'date',
  toDriver: (value) => value.toString(),
  fromDriver: (stored) => Temporal.PlainDate.from(stored),
})

/** Bytes, `bytea`. */
export const bytes = customType<{ data: Buffer; driverData: Buffer }>({ dataType: () => 'bytea' })
