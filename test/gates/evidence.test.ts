import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'

interface Evidence {
  readonly title: string
  readonly path: string
}

const read = (path: string) => readFileSync(new URL(path, import.meta.url), 'utf8')

/** The tests a document names, as links: `[title of the test](../test/….test.ts)`. */
function evidenceIn(text: string): Evidence[] {
  return [...text.matchAll(/\[([^\]]+)\]\(\.\.\/(test\/[^)]+\.tsx?)\)/g)].map(([, title = '', path = '']) => ({
    title,
    path
  }))
}

/** Why a test that is named is not there, or null. */
function missing({ title, path }: Evidence): string | null {
  const source = sourceOf(path)
  if (source === null) return `${path} is not there`
  const isTitle = ["'", '"', '`'].some((quote) => source.includes(`${quote}${title}${quote}`))
  return isTitle ? null : `${path} has no test named: ${title}`
}

function sourceOf(path: string): string | null {
  try {
    return read(`../../${path}`)
  } catch {
    return null
  }
}

const documents = ['guarantees', 'complaints'].map((name) => ({ name, text: read(`../../docs/${name}.md`) }))

describe.each(documents)('What the document of $name names as evidence', ({ text }) => {
  test('is there', () => {
    const named = evidenceIn(text)

    expect(named.length).toBeGreaterThan(12)
    expect(named.map(missing).filter((fault) => fault !== null)).toEqual([])
  })
})

test('a test that is not there is found out', () => {
  expect(missing({ title: 'is there', path: 'test/gates/evidence.test.ts' })).toBeNull()
  expect(missing({ title: 'is nowhere', path: 'test/gates/layers.test.ts' })).toContain('has no test')
  expect(missing({ title: 'is there', path: 'test/gates/gone.test.ts' })).toContain('is not there')
})

test('there are thirteen guarantees, each with a property of its own', () => {
  const [, ...sections] = documents[0]?.text.split(/^## \d+\. /m) ?? []

  expect(sections).toHaveLength(13)
  for (const [index, section] of sections.entries()) {
    const number = String(index + 1).padStart(2, '0')
    expect(evidenceIn(section).map(({ path }) => path.slice(0, 18))).toContain(`test/guarantees/${number}`)
  }
})

test('every one of forty complaints has its evidence, or says that it has none', () => {
  const rows = [...(documents[1]?.text ?? '').matchAll(/^\| (\d+) *\|(.*)\|$/gm)]

  expect(rows.map(([, number]) => Number(number))).toEqual(Array.from({ length: 40 }, (_, index) => index + 1))
  const silent = rows.filter(
    ([, , row = '']) => evidenceIn(row).length === 0 && !/\*\*(Out of scope|Not yet)\*\*/.test(row)
  )
  expect(silent.map(([, number]) => number)).toEqual([])
})
