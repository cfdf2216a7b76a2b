import * as fc from 'fast-check'
import type { PaperDesk } from './paper-desk.ts'

/** How far the call has come before anything else happens to it. */
export const openings = ['is placed', 'rings there', 'rings here', 'was placed', 'was received'] as const
export type Opening = (typeof openings)[number] | 'goes on'

const happenings = {
  rings: (desk) => desk.rings(),
  answers: (desk) => desk.answer(),
  'is busy': (desk) => desk.refuse(486),
  cancels: (desk) => desk.cancels(),
  'hangs up': (desk) => desk.says('BYE'),
  offers: (desk) => desk.says('INVITE'),
  'offers to hold': (desk) => desk.says('INVITE', 'sendonly'),
  'refuses our next offer': (desk) => desk.moods.push(488),
  'offers as we do': (desk) => desk.moods.push(491),
  'leaves our next offer': (desk) => desk.moods.push('says nothing'),
  'media flows': (desk) => desk.connects(),
  'the connection is lost': (desk) => desk.line.drop(),
  'the network swallows everything': (desk) => (desk.isDead = true),
  'comes back': (desk) => (desk.isDead = false),
  'a moment': (desk) => desk.pass(300),
  seconds: (desk) => desk.pass(4_000),
  'a minute': (desk) => desk.pass(60_000),
  'we answer': (desk) => desk.call.answer(),
  'we hold': (desk) => desk.call.hold(),
  'we resume': (desk) => desk.call.resume(),
  'we mute': (desk) => desk.call.mute(),
  'we unmute': (desk) => desk.call.unmute(),
  'we press a key': (desk) => desk.call.dtmf('1', { method: 'info' }),
  'we hang up': (desk) => desk.call.hangup()
} satisfies Record<string, (desk: PaperDesk) => unknown>

export type PaperStep = keyof typeof happenings

const names = Object.keys(happenings) as PaperStep[]

/** Anything at all; an end of the call less often than the rest. */
export const step = oneOf(names, ['we hang up', 'hangs up', 'is busy', 'cancels', 'a minute'])

/** Anything but what ends a call. */
export const peacefulStep = oneOf(
  names.filter((name) => !['we hang up', 'hangs up', 'is busy', 'cancels', 'a minute'].includes(name))
)

function oneOf(often: readonly PaperStep[], seldom: readonly PaperStep[] = []): fc.Arbitrary<PaperStep> {
  const usual = often.filter((name) => !seldom.includes(name))
  return fc.oneof(
    { weight: 6, arbitrary: fc.constantFrom(...usual) },
    { weight: 1, arbitrary: fc.constantFrom(...(seldom.length === 0 ? usual : seldom)) }
  )
}

/** Opens a call and lets one thing happen after the other. What a command comes to is looked at by others. */
export async function perform(desk: PaperDesk, opening: Opening, steps: readonly PaperStep[]) {
  await begin(desk, opening)
  for (const each of steps) {
    const happened: unknown = happenings[each](desk)
    // time is waited for; what was asked of the call may take as long as it likes
    const isTime = each === 'a moment' || each === 'seconds' || each === 'a minute'
    if (isTime) await happened
    else if (happened instanceof Promise) happened.catch(() => null)
    await desk.settle()
  }
}

async function begin(desk: PaperDesk, opening: Opening) {
  switch (opening) {
    case 'is placed':
      return desk.dial()
    case 'rings there':
      await desk.dial()
      desk.rings()
      return desk.settle()
    case 'rings here':
      return desk.ring()
    case 'was placed':
      return desk.talk('placed')
    case 'was received':
      return desk.talk('received')
    case 'goes on':
      return
  }
}
