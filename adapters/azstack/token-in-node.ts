/** What Node encrypts with; no page loads this. */
/** A text under a public key, in base64. Null: no such key. */
export type Encrypt = (publicKey: string, text: string) => string | null

export interface NodeCrypto {
  readonly constants: { readonly RSA_PKCS1_PADDING: number }
  publicEncrypt(
    key: { readonly key: string; readonly padding: number },
    content: Uint8Array
  ): { toString(encoding: 'base64'): string }
}

export function encryptionOf(crypto: NodeCrypto): Encrypt {
  const padding = crypto.constants.RSA_PKCS1_PADDING
  return (publicKey, text) => {
    const isPem = publicKey.includes('-----')
    const key = isPem ? publicKey : `-----BEGIN PUBLIC KEY-----\n${publicKey}\n-----END PUBLIC KEY-----`
    return crypto.publicEncrypt({ key, padding }, new TextEncoder().encode(text)).toString('base64')
  }
}
