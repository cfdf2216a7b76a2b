import type { Observable } from 'rxjs'
import { expectTypeOf, test } from 'vitest'
import { createEngine } from '../../src/index.ts'
import type {
  Behavior,
  Call,
  CallEmitted,
  CallEnd,
  CallError,
  CallView,
  ConnectionView,
  DialRequest,
  Engine,
  EngineEvent,
  EngineOptions,
  FailureCode,
  Policy,
  Transport
} from '../../src/index.ts'
import { useBehavior } from '../../src/react/index.ts'

declare const transport: Transport
declare const engine: Engine
declare const call: Call
declare const error: CallError

test('an engine needs a transport, and nothing else', () => {
  expectTypeOf(createEngine).toEqualTypeOf<(options: EngineOptions) => Engine>()
  expectTypeOf<{ transport: Transport }>().toExtend<EngineOptions>()
  // @ts-expect-error there is no engine without a provider
  createEngine({})
  // @ts-expect-error an option that does not exist
  createEngine({ transport, polcy: {} })
})

test('options are known by name, and undefined is not one of their values', () => {
  expectTypeOf<{ deadlines: { ringDeadline: 30_000 } }>().toExtend<Policy>()
  expectTypeOf<{ backoff: { maxAttempts: 5; jitter: 'none' } }>().toExtend<Policy>()
  // @ts-expect-error a delay that the charts do not have
  createEngine({ transport, policy: { deadlines: { ringdeadline: 1 } } })
  // @ts-expect-error a jitter that there is not
  createEngine({ transport, policy: { backoff: { jitter: 'some' } } })
  // @ts-expect-error what is left to its default is left out
  createEngine({ transport, policy: { register: undefined } })
  // @ts-expect-error a device is named, not numbered
  void engine.dial('bob', { media: { audio: 1 } })
  expectTypeOf<{ headers: { 'X-A': string }; displayName: string; media: { audio: false } }>().toExtend<DialRequest>()
})

test('an error has a code from a closed list', () => {
  expectTypeOf(error.code).toEqualTypeOf<FailureCode>()
  expectTypeOf<string>().not.toExtend<FailureCode>()
  expectTypeOf(error).toExtend<Error>()
  expectTypeOf(error.retryable).toEqualTypeOf<boolean>()
  expectTypeOf(error.end).toEqualTypeOf<CallEnd | undefined>()
  // @ts-expect-error a code that there is not
  if (error.code === 'call.denied') return
})

test('events are told apart by their type', () => {
  expectTypeOf(call.events$).toEqualTypeOf<Observable<CallEmitted>>()
  type Told<T extends CallEmitted['type']> = Extract<CallEmitted, { type: T }>
  expectTypeOf<Told<'call.ended'>['end']>().toEqualTypeOf<CallEnd>()
  expectTypeOf<Told<'dtmf.received'>['tone']>().toEqualTypeOf<string>()
  expectTypeOf<Told<'hold.failed'>['cause']['code']>().toEqualTypeOf<FailureCode>()
  expectTypeOf<EngineEvent['event']['type']>().not.toEqualTypeOf<string>()
  expectTypeOf<EngineEvent['call']>().toEqualTypeOf<string | null>()
})

test('what is has a value, what happens has none', () => {
  expectTypeOf(engine.calls$).toEqualTypeOf<Behavior<readonly Call[]>>()
  expectTypeOf(engine.connection$.value).toEqualTypeOf<ConnectionView>()
  expectTypeOf(call.remoteStream$.value).toEqualTypeOf<MediaStream | null>()
  expectTypeOf(call.can$('hold').value).toEqualTypeOf<boolean>()
  expectTypeOf(engine.incoming$).toEqualTypeOf<Observable<Call>>()
  expectTypeOf(engine.incoming$).not.toHaveProperty('value')
  expectTypeOf(engine.incoming$).not.toHaveProperty('next')
})

test('a view can be read and not written', () => {
  expectTypeOf<CallView['hold']['local']>().toEqualTypeOf<'active' | 'holding' | 'held' | 'resuming'>()
  // @ts-expect-error the engine alone says what is
  call.state.status = 'ended'
  // @ts-expect-error the engine alone says what is
  engine.calls$.value.push(call)
  expectTypeOf(call.state).toEqualTypeOf<CallView>()
})

test('commands have promises, and only those that exist can be asked for', () => {
  expectTypeOf(call.hold()).toEqualTypeOf<Promise<void>>()
  expectTypeOf(call.ended()).toEqualTypeOf<Promise<CallEnd>>()
  expectTypeOf(engine.dial('bob')).toEqualTypeOf<Promise<Call>>()
  // @ts-expect-error no such command
  call.can('park')
  // @ts-expect-error why a call can be rejected is for two reasons
  void call.reject('no-answer')
  // @ts-expect-error digits are sent in the audio or as messages
  void call.dtmf('1', { method: 'smoke' })
})

test('a hook has the type of its behavior', () => {
  expectTypeOf(useBehavior(call.view$)).toEqualTypeOf<CallView>()
  expectTypeOf(useBehavior(engine.calls$)).toEqualTypeOf<readonly Call[]>()
})
