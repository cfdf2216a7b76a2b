import type { DialOptions, MediaRequest } from '../machines/index.ts'

export interface DialRequest extends DialOptions {
  readonly media?: MediaRequest
}
