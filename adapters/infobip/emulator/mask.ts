/** What authenticates does not reach the trace: tokens wherever they stand, and the credentials of TURN servers. */

const JWT = /\beyJ[\w-]+(?:\.[\w-]*)*/g
const CREDENTIAL = /("(?:credential|token)"\s*:\s*)"(?:[^"\\]|\\.)*"?/g

export function mask(text: string, opaque: Iterable<string>): string {
  const clear = [...opaque].reduce((rest, token) => rest.replaceAll(token, '***'), text)
  return clear.replace(CREDENTIAL, '$1"***"').replace(JWT, '***')
}
