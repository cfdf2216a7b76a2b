import { Behaviors } from './behavior.ts'
import type { Behavior, Source } from './behavior.ts'
import type { CallQuality } from './quality.ts'
import type { CallView } from './view.ts'

/** What a call shows: its view, and each part of it. */
export abstract class Shown {
  readonly #source: Source
  // made when first asked for: most calls are never watched in every respect
  #behaviors: Behaviors | null = null

  constructor(source: Source) {
    this.#source = source
  }

  abstract get state(): CallView
  protected abstract get streams(): { readonly stream: MediaStream | null; readonly remoteStream: MediaStream | null }

  protected abstract get sounds(): CallQuality | null

  get view$() {
    return this.behavior('view', () => this.state)
  }
  get status$() {
    return this.behavior('status', () => this.state.status)
  }
  get hold$() {
    return this.behavior('hold', () => this.state.hold)
  }
  get microphone$() {
    return this.behavior('microphone', () => this.state.microphone)
  }
  get video$() {
    return this.behavior('video', () => this.state.video)
  }
  get camera$() {
    return this.behavior('camera', () => this.state.camera)
  }
  get localStream$() {
    return this.behavior('localStream', () => this.streams.stream)
  }
  get attention$() {
    return this.behavior('attention', () => this.state.attention)
  }
  get path$() {
    return this.behavior('path', () => this.state.path)
  }
  get signalling$() {
    return this.behavior('signalling', () => this.state.signalling)
  }
  get recording$() {
    return this.behavior('recording', () => this.state.recording)
  }
  get transfer$() {
    return this.behavior('transfer', () => this.state.transfer)
  }
  get referral$() {
    return this.behavior('referral', () => this.state.referral)
  }
  get capture$() {
    return this.behavior('capture', () => this.state.capture)
  }
  get quality$() {
    return this.behavior('quality', () => this.sounds)
  }
  get end$() {
    return this.behavior('end', () => this.state.end)
  }
  get remoteStream$() {
    return this.behavior('remoteStream', () => this.streams.remoteStream)
  }

  protected behavior<T>(name: string, read: () => T): Behavior<T> {
    return (this.#behaviors ??= new Behaviors(this.#source)).of(name, read)
  }
}
