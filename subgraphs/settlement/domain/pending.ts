/**
 * The person is insured on another platform, which has reserved the payment but not yet committed it. Not a refusal:
 * the caller asks for the outcome. Thrown, because that is how a result union gets a member beside its type.
 */
export class SettlementPending extends Error {
  readonly requestId: string

  constructor(requestId: string) {
    super(`settlement of request ${requestId} is pending`)
    this.requestId = requestId
  }
}
