/** The API that the guide of azstack-react-native documents, on top of the engine: the charts decide, this translates. */
import type { Call, Engine } from '../../src/index.ts'
import { readAudioState, readAuthenticatingData, readConfig, readPhoneNumber } from './config.ts'
import type { AZStackConfig, AZStackEnvironment, CompleteData } from './config.ts'
import { callConstants, errorCodes, logLevelConstants } from './constants.ts'
import { delegateOf, publishedLog } from './delegates.ts'
import type { Delegates } from './delegates.ts'
import type { AzstackNotice } from './notices.ts'
import { defaultUrl } from './options.ts'
import type { CallState } from './published.ts'
import { Publisher, stateOf } from './publisher.ts'
import { AZStackError, refusal } from './errors.ts'
import { Requests } from './requests.ts'
import { openAccount } from './sdk/account.ts'
import type { Account } from './sdk/account.ts'
import { connected } from './sdk/connected.ts'
import type { Answer } from './requests.ts'
import type { AzstackUser } from './transport.ts'

/** The one call there can be. */
interface Current {
  readonly kind: 'callout' | 'callin'
  readonly call: Call
  /** States that are still to be published, once the caller knows that the call has been started. */
  readonly states: CallState[]
  isStarted: boolean
  start: () => void
}

export class AZStack {
  readonly logLevelConstants = logLevelConstants
  readonly errorCodes = errorCodes
  readonly callConstants = callConstants
  readonly Delegates: Delegates = {}
  /** Where the service is; set it before connecting to use another one. */
  masterSocketUri = defaultUrl
  readonly #environment: AZStackEnvironment
  readonly #requests: Requests
  readonly #publisher: Publisher
  #authenticatingData: unknown
  #account: Account | null = null
  /** Where the account is, and as whom. */
  #identity = ''
  #current: Current | null = null

  constructor(environment: AZStackEnvironment = {}) {
    this.#environment = environment
    this.#requests = new Requests(environment.logger)
    this.#publisher = new Publisher(this.Delegates, this.#requests)
  }

  /** The engine underneath, with everything this API has no words for; null while not connected. */
  get engine(): Engine | null {
    return this.#account?.engine ?? null
  }

  config(config: AZStackConfig) {
    const { timeout, level } = readConfig(config)
    this.#requests.timeout = timeout ?? this.#requests.timeout
    this.#requests.level = level ?? this.#requests.level
    this.#authenticatingData = config.authenticatingData ?? this.#authenticatingData
  }

  connect(callback?: Answer<AzstackUser>): Promise<AzstackUser> {
    return this.#requests.ask({
      name: 'connect',
      callback,
      delegate: () => this.Delegates.onAuthencationReturn,
      act: () => this.#connect(),
      late: () => this.#leave()
    })
  }

  /** Hangs up and closes everything. */
  disconnect(callback?: Answer<null>): Promise<null> {
    return this.#requests.ask({
      name: 'disconnect',
      callback,
      delegate: () => this.Delegates.onDisconnectReturn,
      act: async () => {
        await this.#online().engine.disconnect()
        this.#leave()
        return null
      }
    })
  }

  startCallout(options: { callData: { toPhoneNumber: string } }, callback?: Answer<null>): Promise<null> {
    let placed: Current | null = null
    return this.#requests.ask({
      name: 'startCallout',
      callback,
      delegate: () => this.Delegates.onStartCalloutReturn,
      act: async () => {
        placed = await this.#startCallout(readPhoneNumber(options))
        return null
      },
      late: () => void this.#current?.call.hangup(),
      done: () => this.#publishFrom(placed)
    })
  }

  stopCallout(_options?: object, callback?: Answer<null>): Promise<null> {
    return this.#command('stopCallout', 'callout', callback, (call) => call.hangup())
  }

  answerCallin(_options?: object, callback?: Answer<null>): Promise<null> {
    return this.#command('answerCallin', 'callin', callback, (call) => call.answer())
  }

  rejectCallin(_options?: object, callback?: Answer<null>): Promise<null> {
    return this.#command('rejectCallin', 'callin', callback, (call) => call.reject())
  }

  notAnsweredCallin(_options?: object, callback?: Answer<null>): Promise<null> {
    return this.#command('notAnsweredCallin', 'callin', callback, (call) => {
      if (call.can('reject')) this.#account?.transport.noteNotAnswered(call.id)
      return call.reject()
    })
  }

  stopCallin(_options?: object, callback?: Answer<null>): Promise<null> {
    return this.#command('stopCallin', 'callin', callback, (call) => call.hangup())
  }

  /** Whether we are heard: as `state` says, else the opposite of what it was. Nobody else is told. */
  toggleAudioState(options?: { state?: boolean } | null, callback?: Answer<null>): Promise<null> {
    return this.#command('toggleAudioState', null, callback, (call) => {
      const isOn = readAudioState(options) ?? call.state.microphone === 'muted'
      return isOn ? call.unmute() : call.mute()
    })
  }

  #command(
    name: keyof typeof delegateOf,
    kind: Current['kind'] | null,
    callback: Answer<null> | undefined,
    act: (call: Call) => Promise<void>
  ): Promise<null> {
    return this.#requests.ask({
      name,
      callback,
      delegate: () => this.Delegates[delegateOf[name]],
      act: async () => {
        this.#online()
        const current = this.#current
        if (current === null || (kind !== null && current.kind !== kind))
          throw new AZStackError('ERR_UNEXPECTED_DATA', `There is no ${kind ?? 'call'}`)
        await act(current.call)
        return null
      }
    })
  }

  async #connect(): Promise<AzstackUser> {
    const data = readAuthenticatingData(this.#authenticatingData)
    const url = this.masterSocketUri
    const identity = JSON.stringify([url, data])
    if (this.#identity !== identity) this.#leave()
    this.#identity = identity
    const account = (this.#account ??= this.#open({ ...data, url }))
    try {
      await connected(account.engine)
    } catch (error) {
      if (account === this.#account) this.#leave()
      throw error
    }
    const { user } = account.transport
    if (user === null) throw new AZStackError('ERR_SOCKET_NOT_CONNECTED', 'Disconnected meanwhile')
    return user
  }

  #open(data: CompleteData & { url: string }): Account {
    // the requests have their own time limit, which is the application's to choose
    const { logger: _, ...environment } = this.#environment
    return openAccount(data, environment, 2 * this.#requests.timeout, {
      noticed: (notice) => this.#noticed(notice),
      rings: (call, number) => this.#ring(call, number),
      told: ({ call, event }) => this.#requests.log('INFO', `${call ?? 'account'}: ${event.type}`)
    })
  }

  #leave() {
    const account = this.#account
    this.#account = null
    account?.engine.dispose()
  }

  #online(): Account {
    if (this.#account === null)
      throw new AZStackError('ERR_SOCKET_NOT_CONNECTED', 'Not connected: call connect() first')
    return this.#account
  }

  async #startCallout(number: string): Promise<Current> {
    const { engine } = this.#online()
    if (this.#current !== null) throw new AZStackError('ERR_UNEXPECTED_DATA', 'There is a call already')
    const call = await engine.dial(number)
    // two may have been asked for in the same moment
    if (this.#current !== null) {
      await call.hangup()
      throw new AZStackError('ERR_UNEXPECTED_DATA', 'There is a call already')
    }
    const started = new Promise<Current>((resolve) => {
      const current = this.#follow('callout', call, () => resolve(current))
    })
    return Promise.race([
      started,
      call.ended().then((end) => {
        throw refusal(end)
      })
    ])
  }

  #ring(call: Call, toPhoneNumber: string) {
    if (this.#current !== null) return void call.reject('busy').catch(() => {})
    const current = this.#follow('callin', call, () => {})
    this.#requests.tell(() =>
      this.Delegates.onCallinStart?.(null, { fromPhoneNumber: call.state.remote.address, toPhoneNumber })
    )
    this.#publishFrom(current)
  }

  /** From now on the call is the current one, until it is over. */
  #follow(kind: Current['kind'], call: Call, start: () => void): Current {
    const current: Current = { kind, call, states: [], isStarted: false, start }
    this.#current = current
    let last: CallState | null = null
    call.view$.subscribe((view) => {
      const state = stateOf(view)
      if (state === last) return
      last = state
      current.states.push(state)
      if (view.status === 'ended' && this.#current === current) this.#current = null
      this.#publish(current)
    })
    call.remoteStream$.subscribe((stream) => {
      if (stream !== null) this.#requests.tell(() => this.Delegates.onRemoteStreamArrived?.(null, { stream }))
    })
    return current
  }

  #publishFrom(current: Current | null) {
    if (current === null) return
    current.isStarted = true
    this.#publish(current)
  }

  #publish({ kind, call, states, isStarted }: Current) {
    if (isStarted) this.#publisher.publish(kind, states.splice(0), call.state.end)
  }

  #noticed(notice: AzstackNotice) {
    switch (notice.type) {
      case 'packet':
        return this.#requests.log('DEBUG', `${notice.direction} ${notice.text}`)
      case 'log':
        return this.#requests.tell(() => this.Delegates.onPaidCallLogReturn?.(null, publishedLog(notice.log)))
      case 'logs':
        return
      case 'started':
        if (this.#current?.call.id === notice.leg) this.#current.start()
        return
      case 'status':
        if (this.#current?.call.id === notice.leg) this.#publisher.remark(this.#current.kind, notice)
        return
    }
  }
}
