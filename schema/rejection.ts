/** One text in the two languages every answer carries. */
export interface Text {
  readonly zh: string
  readonly en: string
}

/** One fault of an input: where it is (`lines[3].amount`), a stable code, and what is wrong. Never quotes the value. */
export interface Problem {
  readonly path: string
  readonly code: string
  readonly message: Text
}

/** What a rejection looks like at rest, so that a repeated request gets the same answer. */
export interface StoredRejection {
  readonly type: string
  readonly code: string
  readonly text: Text
  readonly problems: readonly Problem[]
  readonly details: Readonly<Record<string, unknown>>
}

type RejectionClass = new (stored: Omit<StoredRejection, 'type'>) => Rejection
const classes = new Map<string, RejectionClass>()

/**
 * The business says no. Thrown by domain, store and commands, caught by class at the GraphQL edge and shown as a
 * member of the field's result union. `code` is stable and for machines; `text` is for people.
 */
export abstract class Rejection extends Error {
  readonly code: string
  readonly text: Text
  readonly problems: readonly Problem[]
  readonly details: Readonly<Record<string, unknown>>
  /** True when the same request may succeed later unchanged; such a refusal is never stored. */
  readonly retryable: boolean = false

  constructor(stored: Omit<StoredRejection, 'type'>) {
    super(`${stored.code}: ${stored.text.en}`)
    this.code = stored.code
    this.text = stored.text
    this.problems = stored.problems
    this.details = stored.details
  }

  /** Makes a class known by its GraphQL name, so that a stored rejection can be thrown again. */
  static register(type: string, rejection: RejectionClass): void {
    classes.set(type, rejection)
  }

  /** One that was stored; of a class only a newer version knows, a NotAllowed with the same words. */
  static revive({ type, ...stored }: StoredRejection): Rejection {
    const rejection = classes.get(type)
    return rejection === undefined ? NotAllowed.of(stored) : new rejection(stored)
  }

  /**
   * A refusal another platform told. Any but `kinds`, which is what the caller's answer can show, is a NotAllowed with the
   * same words: that platform may be a newer one, and a class may hold what is only there.
   */
  static reviveTold(told: StoredRejection, kinds: readonly string[]): Rejection {
    const { type, code, text, problems } = told
    return kinds.includes(type) && classes.has(type) ? Rejection.revive(told) : NotAllowed.of({ code, text, problems })
  }

  store(): StoredRejection {
    const { code, text, problems, details } = this
    for (const [type, rejection] of classes) {
      if (this.constructor === rejection) return { type, code, text, problems, details }
    }
    throw new Error(`rejection ${code} has no registered class`)
  }

  /** As another platform is told it. Of what is never stored only that it may be tried again is known there by class. */
  tell(): StoredRejection {
    const { code, text, problems, retryable } = this
    return retryable ? { type: 'Busy', code, text, problems, details: {} } : this.store()
  }
}

interface Refusal {
  code: string
  text: Text
  problems?: readonly Problem[]
  details?: Readonly<Record<string, unknown>>
}

const complete = ({ code, text, problems = [], details = {} }: Refusal) => ({ code, text, problems, details })

/** The input is wrong; `problems` names each field. */
export class InvalidInput extends Rejection {
  /** @throws InvalidInput when there are problems. */
  static throwIf(problems: readonly Problem[]): void {
    if (problems.length > 0) throw InvalidInput.of(problems)
  }

  static of(problems: readonly Problem[]): InvalidInput {
    return new InvalidInput(
      complete({
        code: 'INVALID_INPUT',
        text: {
          zh: `输入有 ${problems.length} 处错误：${problems
            .map((p) => `${p.path} ${p.message.zh}`)
            .slice(0, 3)
            .join('；')}`,
          en: `${problems.length} fault(s) in the input: ${problems
            .map((p) => `${p.path} ${p.message.en}`)
            .slice(0, 3)
            .join('; ')}`,
        },
        problems,
      }),
    )
  }
}

/** What was asked for does not exist, or the caller has no right to know that it does. */
export class NotFound extends Rejection {
  static of(what: Text, path: string): NotFound {
    const text = { zh: `未找到${what.zh}`, en: `${what.en} was not found` }
    return new NotFound(complete({ code: 'NOT_FOUND', text, problems: [{ path, code: 'NOT_FOUND', message: text }] }))
  }
}

/** A rule of the insurance or of the platform forbids it; `code` says which. */
export class NotAllowed extends Rejection {
  static of(refusal: Refusal): NotAllowed {
    return new NotAllowed(complete(refusal))
  }

  /** Because of one field. */
  static at(path: string, code: string, message: Text, details: Refusal['details'] = {}): NotAllowed {
    return NotAllowed.of({ code, text: message, problems: [{ path, code, message }], details })
  }
}

/** The `requestId` was used before with another input or another operation. */
export class RequestReused extends Rejection {
  static of(operation: string): RequestReused {
    const text = {
      zh: `requestId 已被另一笔 ${operation} 请求使用，内容不同；请换用新的 requestId`,
      en: `requestId was already used by a ${operation} request with other content; choose a new requestId`,
    }
    const problems = [{ path: 'requestId', code: 'REQUEST_REUSED', message: text }]
    return new RequestReused(complete({ code: 'REQUEST_REUSED', text, problems }))
  }
}

/** Too much is under way, or others kept changing the same record; send the same request again. */
export class Busy extends Rejection {
  override readonly retryable = true
  static of(text: Text = { zh: '系统繁忙，请原样重试', en: 'busy, send the same request again' }): Busy {
    return new Busy(complete({ code: 'BUSY', text }))
  }

  /** Somebody else cannot be reached at the moment; `code` says who. */
  static because(path: string, code: string, message: Text): Busy {
    return new Busy(complete({ code, text: message, problems: [{ path, code, message }] }))
  }
}

Rejection.register('InvalidInput', InvalidInput)
Rejection.register('NotFound', NotFound)
Rejection.register('NotAllowed', NotAllowed)
Rejection.register('RequestReused', RequestReused)
Rejection.register('Busy', Busy)
