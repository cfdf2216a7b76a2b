/** JsSIP's socket on the `ws` package: no global WebSocket is needed, or touched. */
import type { Socket } from 'jssip'
import { WebSocket } from 'ws'

export function createSipSocket(url: string): Socket {
  const { host, protocol } = new URL(url)
  let current: WebSocket | null = null

  const socket: Socket = {
    url,
    sip_uri: `sip:${host};transport=ws`,
    via_transport: protocol === 'wss:' ? 'WSS' : 'WS',
    connect() {
      if (current && current.readyState <= WebSocket.OPEN) return
      const opened = new WebSocket(url, 'sip', { rejectUnauthorized: false })
      current = opened
      opened.on('open', () => socket.onconnect())
      opened.on('message', (data) => socket.ondata((data as Buffer).toString()))
      opened.on('error', () => {}) // always followed by close
      opened.on('close', (code, reason) => {
        if (current === opened) socket.ondisconnect(code !== 1000, code, reason.toString())
      })
    },
    disconnect() {
      current?.close()
      current = null
    },
    send(message) {
      if (current?.readyState !== WebSocket.OPEN) return false
      current.send(message as string) // JsSIP sends nothing else
      return true
    },
    isConnected: () => current?.readyState === WebSocket.OPEN,
    isConnecting: () => current?.readyState === WebSocket.CONNECTING,
    onconnect() {},
    ondisconnect() {},
    ondata() {}
  }
  return socket
}
