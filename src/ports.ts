import { fromCallback } from 'xstate'
import type { LegCommand, MediaCommand, TransportCommand } from '../machines/index.ts'
import { failureOf } from './errors.ts'
import { readLegEvent } from './port-events.ts'
import { attempt } from './registry.ts'
import type { Registry } from './registry.ts'

/** The transport as the child of a machine; what comes of a command reaches the machine as any other event does. */
export function transportActor(send: (command: TransportCommand) => void) {
  return fromCallback<TransportCommand>(({ receive }) => receive(send))
}

/**
 * A call's leg as its child: whatever the adapter throws becomes an event, and what is no event of the port is dropped.
 * Neither it nor the microphone is released here: a chart that fails does not stop its children.
 */
export function legActor(registry: Registry, dropped: (call: string) => void) {
  return fromCallback<LegCommand, { call: string }>(({ input, receive, sendBack }) => {
    const resources = registry.of(input.call)
    const { leg, media } = resources
    const failed = (error: unknown) => sendBack({ type: 'leg.failed', cause: failureOf('engine.failed', error) })
    const guarded = (act: () => void) => {
      try {
        act()
      } catch (error) {
        failed(error)
      }
    }
    resources.listen({
      next: (emitted) => {
        const event = readLegEvent(emitted)
        if (event === null) return dropped(input.call)
        if (event.type === 'leg.media') guarded(() => media.play(leg.remoteStream))
        sendBack(event)
      },
      error: failed,
      complete: () => failed('The adapter let go of the call before it had ended')
    })
    receive((command) =>
      guarded(() => {
        const { outgoing } = media
        if (outgoing !== null && (command.type === 'dial' || command.type === 'answer')) leg.attach(outgoing)
        leg.send(command)
      })
    )
  })
}

/** A call's microphone and camera as its child. */
export function mediaActor(registry: Registry) {
  return fromCallback<MediaCommand, { call: string }>(({ input, receive, sendBack }) => {
    const { leg, media } = registry.of(input.call)
    /** Another camera or none: nothing the peer is told of by this. */
    const resend = () => {
      const { outgoing } = media
      if (outgoing !== null) attempt(() => leg.attach(outgoing))
    }
    media.reportTo((event) => {
      if (event.type === 'media.camera.ready') resend()
      sendBack(event)
    })
    receive((command) => {
      const hadCamera = media.hasCamera
      media.send(command)
      if (hadCamera && !media.hasCamera) resend()
    })
  })
}
