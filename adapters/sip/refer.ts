/** Transfers: REFER and what is said of it afterwards (RFC 3515, 5589), asked for by us and asked of us. */
import type { Failure, LegCommand, LegEvent } from '../../machines/index.ts'
import {
  notificationWithoutEventThrows,
  referIsTakenUnasked,
  replacesOfAnEarlyCallIsForbidden,
  requestThatMayFail
} from './jssip-session-defects.ts'
import type { EndEvent, Request, Response, Session, UserAgent } from './jssip.ts'
import { readReplaces, referredByIn, replacementFor } from './replaces.ts'
import type { ReferTarget } from './replaces.ts'
import { sipFragment, statusIn } from './wire.ts'

/** What transfers need of the account. */
export interface ReferAccount {
  readonly ua: UserAgent
  /** Whom to call to take our place in this leg's call; null when there is none. */
  replacementFor(leg: string): ReferTarget | null
}

export type ReferCommand = Extract<LegCommand, { type: 'refer' | 'report' }>

interface Received {
  readonly request: Request
  /** No answer has left yet. */
  isNew: boolean
  /** The peer does not want to hear of it (RFC 4488). */
  readonly isSilent: boolean
}

/** Seconds we promise to tell of a wish. */
const expires = 300

/** The transfers of one call. */
export class Refers {
  readonly #session: Session
  readonly #account: ReferAccount
  readonly #emit: (event: LegEvent) => void
  /** The request of ours whose outcome is not known yet. */
  #mine: { readonly attempt: number; cseq: number } | null = null
  readonly #theirs = new Map<string, Received>()
  #isReplaced = false

  /** `replaced`: somebody is to take the place of the peer; what `accept` makes is one more call that comes in. */
  constructor(
    session: Session,
    account: ReferAccount,
    emit: (event: LegEvent) => void,
    replaced: (accept: () => void) => void
  ) {
    this.#session = session
    this.#account = account
    this.#emit = emit
    replacesOfAnEarlyCallIsForbidden(session)
    // JsSIP leaves it unanswered when nobody says anything
    session.on('replaces', ({ accept }) => {
      this.#isReplaced = true
      replaced(accept)
    })
    referIsTakenUnasked(session, (request) => this.#received(request))
    notificationWithoutEventThrows(session, (request) => this.#notified(request))
  }

  /** Whom to call to take our place in this call, which is answered. */
  get replacement(): ReferTarget {
    return replacementFor(this.#session)
  }

  send(command: ReferCommand) {
    switch (command.type) {
      case 'refer':
        return this.#ask(command)
      case 'report':
        return this.#report(command.refer, command.status)
    }
  }

  /** What the end of the call is when JsSIP ends it because another one has taken its place; else null. */
  endingOf({ originator }: EndEvent): LegEvent | null {
    if (!this.#isReplaced || originator !== 'local') return null
    return { type: 'leg.ended', end: { by: 'remote', reason: 'replaced' } }
  }

  #ask({ attempt, target, replaces }: Extract<ReferCommand, { type: 'refer' }>) {
    const to = replaces === undefined ? this.#blind(target) : this.#account.replacementFor(replaces)
    if (to !== null) return this.#refer(attempt, to)
    const text =
      replaces === undefined ? `Not a SIP address or number: ${target}` : 'The other call is not there any more'
    this.#emit({ type: 'leg.refer.rejected', attempt, cause: { code: 'transfer.rejected', text } })
  }

  #blind(address: string): ReferTarget | null {
    const target = this.#account.ua.normalizeTarget(address)?.toString()
    return target === undefined ? null : { target }
  }

  #refer(attempt: number, { target, replaces }: ReferTarget) {
    const mine = { attempt, cseq: 0 }
    const rejected = (cause: Failure) => {
      if (this.#mine === mine) this.#mine = null
      this.#emit({ type: 'leg.refer.rejected', attempt, cause })
    }
    const refused = (response: Response | undefined) => rejected(refusal(response))
    this.#mine = mine
    const sent = requestThatMayFail(this.#session, 'REFER', {
      extraHeaders: [
        `Refer-To: <${target}${replaces === undefined ? '' : `?Replaces=${encodeURIComponent(replaces)}`}>`,
        `Referred-By: <${this.#account.ua.configuration.uri.toString()}>`,
        `Contact: ${this.#session.contact}`
      ],
      eventHandlers: {
        onAuthenticated: (again) => {
          mine.cseq = again.cseq
        },
        onSuccessResponse: () => this.#emit({ type: 'leg.refer.accepted', attempt }),
        onErrorResponse: refused,
        onDialogError: refused,
        onRequestTimeout: () => rejected({ code: 'transfer.timeout', text: 'The peer did not answer the transfer' }),
        onTransportError: () =>
          rejected({ code: 'connection.lost', text: 'The connection was lost with the transfer under way' })
      }
    })
    if (sent === undefined) return refused(undefined)
    mine.cseq ||= sent.cseq
  }

  /** Nobody is told any more once the call is over: then this does nothing. */
  #report(refer: string, status: number) {
    const wish = this.#theirs.get(refer)
    if (wish === undefined) return
    const isLast = status >= 200
    if (isLast) this.#theirs.delete(refer)
    if (wish.isNew) {
      // the answer itself says it: 202 with a first NOTIFY, or a refusal
      wish.isNew = !isLast
      return isLast ? wish.request.reply(status) : undefined
    }
    if (wish.isSilent || this.#session.isEnded()) return
    requestThatMayFail(this.#session, 'NOTIFY', {
      extraHeaders: [
        `Event: refer;id=${wish.request.cseq}`,
        `Subscription-State: ${isLast ? 'terminated;reason=noresource' : `active;expires=${expires}`}`,
        `Contact: ${this.#session.contact}`,
        'Content-Type: message/sipfrag;version=2.0'
      ],
      body: sipFragment(status)
    })
  }

  /** The chart says in the same breath when it refuses. */
  #received(request: Request) {
    const { refer_to: referTo } = request
    if (referTo === undefined) return request.reply(400, 'Missing Or Broken Refer-To')
    if (!/^sips?$/.test(referTo.uri.scheme)) return request.reply(416)
    const method = referTo.uri.getParam('method')
    if (method && !/^invite$/i.test(method)) return request.reply(501)
    const named = referTo.uri.getHeader('replaces')?.toString()
    const replaces = named === undefined ? undefined : readReplaces(decoded(named))
    if (replaces === null) return request.reply(400, 'Broken Replaces')

    const target = referTo.uri.clone()
    target.clearHeaders()
    target.deleteParam('method')
    const refer = String(request.cseq)
    const isSilent = /^\s*false\b/i.test(request.getHeader('refer-sub') ?? '')
    const wish: Received = { request, isNew: true, isSilent }
    this.#theirs.set(refer, wish)
    this.#emit({
      type: 'leg.refer.received',
      refer,
      target: target.toString(),
      ...(replaces === undefined ? {} : { replaces }),
      ...referredByIn(request)
    })
    if (!wish.isNew) return
    wish.isNew = false
    request.reply(202, null, isSilent ? ['Refer-Sub: false'] : [])
    this.#report(refer, 100)
  }

  #notified(request: Request) {
    const { event } = request
    if (event?.event !== 'refer') return request.reply(489)
    const mine = this.#mine
    const id = event.params?.['id']
    if (mine === null || (id !== undefined && Number(id) !== mine.cseq)) {
      return request.reply(481, 'Subscription Does Not Exist')
    }
    const isOver = /^\s*terminated\b/i.test(request.getHeader('subscription-state') ?? '')
    const status = statusIn(request.body ?? '')
    if (status === null && !isOver) return request.reply(400, 'Broken Body')
    request.reply(200)
    this.#tell(mine.attempt, status, isOver)
  }

  #tell(attempt: number, status: ReturnType<typeof statusIn>, isOver: boolean) {
    const code = status?.code ?? 0
    if (code < 200 && !isOver) return this.#emit({ type: 'leg.refer.progress', attempt, status: code })
    this.#mine = null
    if (code >= 200 && code < 300) return this.#emit({ type: 'leg.refer.succeeded', attempt })
    const cause: Failure =
      status === null || code < 200
        ? { code: 'transfer.failed', text: 'The peer says no more about it' }
        : {
            code: 'transfer.failed',
            text: 'The peer could not reach the target',
            provider: { code, text: status.phrase }
          }
    this.#emit({ type: 'leg.refer.failed', attempt, cause })
  }
}

function refusal(response: Response | undefined): Failure {
  if (response === undefined) return { code: 'transfer.rejected', text: 'The call is not there any more' }
  const { status_code: code, reason_phrase: text } = response
  if (code === 408) return { code: 'transfer.timeout', text: 'The peer did not answer the transfer' }
  const isUnknown = code === 405 || code === 501
  return {
    code: isUnknown ? 'transfer.unsupported' : 'transfer.rejected',
    text: isUnknown ? 'The peer knows no transfer' : 'The peer refused the transfer',
    provider: { code, text }
  }
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return ''
  }
}
