/** Loses packets on their way to a UDP port of this machine, and nothing else of it: the kernel drops them. */
import { execFileSync } from 'node:child_process'
import { pathOf } from './needing.ts'

/** Drops this part of them, 0 to 1, until the function returned is called. Takes root. */
export function losePackets(port: number, part: number): () => void {
  const table = `callchart_${process.pid}_${port}`
  nft('add', 'table', 'inet', table)
  nft('add', 'chain', 'inet', table, 'input', '{ type filter hook input priority 0 ; }')
  const dropped = Math.round(part * 100)
  nft('add', 'rule', 'inet', table, 'input', `udp dport ${port} numgen random mod 100 < ${dropped} drop`)
  let isOver = false
  return () => {
    if (!isOver) nft('delete', 'table', 'inet', table)
    isOver = true
  }
}

function nft(...args: readonly string[]): void {
  execFileSync(pathOf('nft') ?? 'nft', args)
}
