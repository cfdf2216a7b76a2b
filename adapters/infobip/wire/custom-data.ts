import * as v from 'valibot'

/** Who is called how in 2.x; values are strings, booleans included. */
export const internalCustomData = v.looseObject({
  type: v.picklist(['WEBRTC', 'PHONE_NUMBER', 'VIBER', 'ROOM']),
  to: v.exactOptional(v.string()),
  /** Null from a client that was given none. */
  from: v.nullish(v.string()),
  roomName: v.exactOptional(v.string()),
  withDialog: v.exactOptional(v.string()),
  isVideo: v.exactOptional(v.string())
})
