/** The far end of a call with video, on a leg in memory: it agrees, or does whatever else peers do. */
import type { LegCommand, LegEvent, Terms, Video } from '../../../machines/index.ts'
import type { FakeLeg } from '../../engine/support/fake-transport.ts'

/** What becomes of an offer of ours. `takes it unheard`: its answer is lost on the way. */
export type Mood =
  | 'agrees'
  | 'refuses'
  | 'collides'
  | 'says nothing'
  | 'takes it unheard'
  | 'takes no hold'
  | 'takes no video'
  | 'takes video later'

const flows = (video: Video) => video === 'on' || video === 'receive'

export class Peer {
  readonly leg: FakeLeg
  /** How it takes our next offers; it agrees once these are used up. */
  moods: Mood[] = []
  /** What both have said yes to, as it knows it. */
  agreed: Terms = { hold: false, video: 'off', restarts: 0 }
  /** Nothing that is sent arrives, either way. */
  isDead = false
  #offer = { holds: false, video: 'off' as Video }
  #refer = 0
  #collisions = 0

  constructor(leg: FakeLeg) {
    this.leg = leg
    leg.onSend = (command) => {
      if (!this.isDead) this.#hear(command)
    }
  }

  answer() {
    const { video } = this.agreed
    this.#say({ type: 'leg.answered', ...(video === 'off' ? {} : { video, peerVideo: flows(video) }) })
    this.#say({ type: 'leg.path.connected' })
  }

  /** What is agreed of video stays unless it says otherwise. */
  offers({ holds = false, video = this.agreed.video }: { readonly holds?: boolean; readonly video?: Video } = {}) {
    this.#offer = { holds, video }
    this.#say({ type: 'leg.offer.received', ...(video === 'off' ? {} : { video }) })
  }

  /** Whom we sent it to has not answered. */
  referFails() {
    this.#say({ type: 'leg.refer.failed', attempt: this.#refer, cause: { code: 'transfer.failed', text: 'Busy' } })
  }

  says(type: 'leg.ringing' | 'leg.path.connected' | 'leg.path.interrupted' | 'leg.ended') {
    if (type === 'leg.ringing') return this.#say({ type, earlyMedia: false })
    this.#say(type === 'leg.ended' ? { type, end: { by: 'remote', reason: 'hangup' } } : { type })
  }

  plays() {
    if (!this.isDead) this.leg.plays()
  }

  #say(event: LegEvent) {
    if (!this.isDead) this.leg.emit(event)
  }

  #hear(command: LegCommand) {
    switch (command.type) {
      case 'dial':
        this.agreed = { ...this.agreed, video: command.video ?? 'off' }
        return
      case 'answer':
        this.agreed = { ...this.agreed, video: command.video ?? 'off' }
        return this.answer()
      case 'hangup':
      case 'reject':
        return this.#say({ type: 'leg.ended', end: { by: 'local', reason: 'hangup' } })
      case 'offer':
        return this.#take(command)
      case 'accept': {
        const { hold, video = 'off' } = command
        this.agreed = { ...this.agreed, hold, video }
        return this.#say({
          type: 'leg.offer.answered',
          peerHolds: this.#offer.holds,
          video,
          peerVideo: flows(video)
        })
      }
      case 'verify':
        return this.#say({ type: 'leg.verified', attempt: command.attempt })
      case 'dtmf':
        return this.#say({ type: 'leg.dtmf.sent', attempt: command.attempt })
      case 'record':
        return this.#say({ type: 'leg.record.done', attempt: command.attempt, action: command.action })
      case 'refer':
        this.#refer = command.attempt
        return this.#say({ type: 'leg.refer.accepted', attempt: command.attempt })
      case 'abandon':
      case 'refuse':
      case 'report':
      case 'microphone':
        return
    }
  }

  #take({ attempt, terms }: Extract<LegCommand, { type: 'offer' }>) {
    const mood = this.moods.shift() ?? 'agrees'
    if (mood === 'says nothing') return
    this.#collisions = mood === 'collides' ? this.#collisions + 1 : 0
    if (mood === 'refuses' || mood === 'collides') {
      if (mood === 'refuses' || this.#collisions > 5) this.#seeLess(terms.video)
      const cause = { code: 'negotiation.failed', text: 'Not now' } as const
      return this.#say({ type: 'leg.offer.refused', attempt, glare: mood === 'collides', cause })
    }
    const later = mood === 'takes video later' && terms.video !== 'off' ? ('inactive' as const) : terms.video
    const video = mood === 'takes no video' ? 'off' : later
    const hold = terms.hold && (mood !== 'takes no hold' || this.agreed.hold)
    const granted = { ...terms, hold, video }
    this.agreed = granted
    if (mood === 'takes it unheard') return
    this.#say({ type: 'leg.offer.accepted', attempt, granted, peerHolds: false, peerVideo: flows(video) })
  }

  /** Nobody need agree to be shown less, and no more offers are made of it. */
  #seeLess(video: Video) {
    const amounts: readonly Video[] = ['off', 'inactive', 'receive', 'on']
    if (amounts.indexOf(video) < amounts.indexOf(this.agreed.video)) this.agreed = { ...this.agreed, video }
    this.#collisions = 0
  }
}
