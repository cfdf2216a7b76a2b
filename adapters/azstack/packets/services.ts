/** The services by what they are for. Some numbers mean one thing from client to server and another back. */

export const ping = 1
/** Asks for, and gives, the address of the slave. */
export const slave = 29
export const registerDevice = 38
export const deviceRegistered = 39
export const unregisterDevice = 40
export const deviceUnregistered = 41
export const applicationState = 105
export const authenticated = 162
export const authenticate = 179
export const freeStart = 186
export const freeData = 187
export const freeStatus = 188
/** The same user's other devices are told. */
export const freeStatusElsewhere = 199
export const calloutStart = 500
export const calloutOffer = 501
export const calloutStop = 502
export const calloutStatus = 503
export const calloutAccepted = 504
export const callinStart = 505
export const callinStatus = 506
export const callinStatusElsewhere = 508
export const logs = 509
export const log = 601
/** Whether the call may be placed at all: number and balance. */
export const calloutCharging = 610
