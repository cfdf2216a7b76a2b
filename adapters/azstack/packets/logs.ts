/** What a server says of calls that were billed. */
import * as v from 'valibot'
import { integer, string, text } from './parts.ts'
import * as service from './services.ts'

const nullishText = v.nullish(string)
const nullishInteger = v.nullish(integer)
// JSON has no way to write infinity but 1e999.
const nullishNumber = v.nullish(v.pipe(v.number(), v.finite()))

/** What 601 and the items of 509 have in common. */
const log = {
  callId: v.union([integer, text]),
  from: string,
  to: string,
  tags: nullishText,
  duration: nullishNumber,
  recordTime: nullishNumber,
  callType: nullishInteger,
  status: nullishInteger
}

export const logBodies = {
  [service.log]: v.object({ data: v.object({ ...log, urlRecord: nullishText, azUserId: nullishInteger }) }),
  [service.logs]: v.object({
    r: integer,
    data: v.optional(v.array(v.object({ ...log, url: nullishText, userId: nullishInteger })), [])
  })
} as const
