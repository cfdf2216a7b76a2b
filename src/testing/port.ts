/** The port of an emulator: HTTP that does nothing but become a WebSocket, and that leaves nobody behind when it closes. */
import { createServer } from 'node:http'
import type { Server } from 'node:http'
import { isIPv6 } from 'node:net'
import type { AddressInfo, Socket } from 'node:net'
import type { Duplex } from 'node:stream'

export interface Port {
  readonly http: Server
  /** Host and port as they stand in a URL; the port is the one that was really taken. */
  readonly address: string
  close(): Promise<void>
}

/** `port`: 0 for any that is free. Rejects with a sentence when it cannot be had. */
export async function openPort({ host, port }: { readonly host: string; readonly port: number }): Promise<Port> {
  const http = createServer((_, response) => response.writeHead(426, { Upgrade: 'websocket' }).end())
  const sockets = new Set<Socket>()
  http.on('connection', (socket) => {
    sockets.add(socket)
    socket.once('close', () => sockets.delete(socket))
  })
  const name = isIPv6(host) ? `[${host}]` : host

  await new Promise<void>((resolve, reject) => {
    const fail = (cause: NodeJS.ErrnoException) =>
      reject(new Error(`Cannot listen on ${name}:${port}: ${why(cause)}`, { cause }))
    http.once('error', fail)
    http.listen(port, host, () => {
      http.off('error', fail)
      resolve()
    })
  })

  return {
    http,
    address: `${name}:${(http.address() as AddressInfo).port}`,
    close: () =>
      new Promise((resolve) => {
        http.close(() => resolve())
        // Once upgraded, or refused and slow to leave, a connection is nobody's but ours.
        sockets.forEach((socket) => socket.destroy())
      })
  }
}

/** Answers a handshake with this status instead of a WebSocket. */
export function refuse(socket: Duplex, status: string): void {
  socket.end(`HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`)
}

function why({ code, message }: NodeJS.ErrnoException): string {
  if (code === 'EADDRINUSE') return 'the port is in use'
  if (code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND' || code === 'EAI_AGAIN')
    return 'this machine has no such address'
  if (code === 'EACCES') return 'that is not allowed'
  return message
}
