import type { Call as EngineCall, VideoSource } from '../../../src/index.ts'

/** What a call shows each side of the other, as Infobip's SDK has it: a camera and a screen that each go on and off. */
export class Pictures {
  readonly #call: () => EngineCall | null
  /** The track of the screen, as long as it is shared. */
  #screen: MediaStreamTrack | null = null
  #hasCamera = false
  #source: VideoSource = true
  #told = ''

  constructor(call: () => EngineCall | null) {
    this.#call = call
  }

  /** What we send of video. */
  get ours(): MediaStreamTrack | null {
    const tracks = this.#call()?.localStream$.value?.getVideoTracks() ?? []
    return tracks.find(({ readyState }) => readyState === 'live') ?? null
  }

  get isScreen(): boolean {
    return this.#screen !== null && this.#screen === this.ours
  }

  async camera(isOn: boolean): Promise<void> {
    this.#hasCamera = isOn
    // the screen stays in its place
    if (this.isScreen) return
    await this.#show(isOn)
  }

  /** This camera from now on, also when it is on for the first time. */
  async use(deviceId: string): Promise<void> {
    this.#source = { deviceId }
    if (this.ours !== null && !this.isScreen) await this.#show(true)
  }

  async screen(isOn: boolean): Promise<void> {
    const call = this.#call()
    if (isOn && !this.isScreen) {
      this.#hasCamera = this.ours !== null
      await call?.enableVideo('screen')
      this.#screen = this.ours
    }
    if (isOn || !this.isScreen) return
    this.#screen = null
    await this.#show(this.#hasCamera)
  }

  /** Whether anything that is sent or comes in is another than when this was asked before. */
  isNews(): boolean {
    const { local, remote } = this.#call()?.state.video ?? { local: 'off', remote: 'off' }
    const isPassing = local === 'enabling' || local === 'asking' || local === 'switching' || local === 'disabling'
    const now = `${local} ${remote} ${this.ours?.id ?? ''}`
    if (isPassing || now === this.#told) return false
    this.#told = now
    return true
  }

  /** Without a picture of ours we go on looking at theirs. */
  async #show(isOn: boolean): Promise<void> {
    const call = this.#call()
    if (isOn) return call?.enableVideo(this.#source)
    if (call?.state.video.remote === 'on') return call.enableVideo('receive')
    await call?.disableVideo()
  }
}
