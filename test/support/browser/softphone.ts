import type { Locator, Page } from 'playwright'

export type SoftPhone = ReturnType<typeof softPhone>

/** One of the phones on the demo's page, as its user sees and uses it. */
export function softPhone(page: Page, name: string) {
  const card = page.getByRole('region', { name: `${name}’s phone` })
  const status = card.getByRole('status')
  const visible = (locator: Locator) => locator.first().waitFor()
  return {
    card,
    press: (label: string) => card.getByRole('button', { name: label, exact: true }).click(),
    shows: (text: string) => visible(card.getByText(text, { exact: true })),
    says: (text: string) => visible(status.filter({ hasText: text })),
    alerts: (text: string) => visible(card.getByRole('alert').filter({ hasText: text })),
    headline: () => status.textContent(),
    /** What the call’s buttons offer now, keypad aside. */
    possible: () => card.getByRole('group', { name: 'Call', exact: true }).locator('button:enabled').allTextContents(),
    /** How many frames of this picture have been shown; 0 where there is no such picture. */
    frames: async (picture: string) => {
      const shown = card.getByLabel(picture, { exact: true })
      if ((await shown.count()) === 0) return 0
      return shown.evaluate((video) => (video as HTMLVideoElement).getVideoPlaybackQuality().totalVideoFrames)
    },
    /** The loudest of what is heard within a second: the fake microphone beeps about twice in it. */
    loudness: () =>
      card.getByRole('meter').evaluate(async (meter) => {
        let loudest = 0
        for (const end = performance.now() + 1_000; performance.now() < end;) {
          loudest = Math.max(loudest, Number(meter.ariaValueNow))
          await new Promise((resolve) => setTimeout(resolve, 30))
        }
        return loudest
      })
  }
}
