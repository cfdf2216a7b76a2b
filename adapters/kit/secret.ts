/** What says who we are, or what is asked for it before every opening of a connection. */
export type Secret = string | (() => string | Promise<string>)
