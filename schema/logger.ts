/** The part of a pino logger the platform uses; a test passes its own. Details never hold personal data. */
export interface Logger {
  info(details: object, message: string): void
  warn(details: object, message: string): void
  error(details: object, message: string): void
}
