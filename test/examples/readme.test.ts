import { existsSync, readFileSync } from 'node:fs'
import { expect, test } from 'vitest'

const root = new URL('../../', import.meta.url)

test.each([
  'README.md',
  'adapters/sip/README.md',
  'src/recording/README.md',
  'src/testing/README.md',
  'CONTRIBUTING.md'
])('what %s links to is there', (file) => {
  const text = readFileSync(new URL(file, root), 'utf8')
  const links = [...text.matchAll(/\]\((?!https?:|#)([^)#]+)/g)].map(([, link = '']) => link)

  expect(links.filter((link) => !existsSync(new URL(link, new URL(file, root))))).toEqual([])
})
