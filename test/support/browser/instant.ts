/** Does something at a moment of the common clock, to the millisecond: a timer until shortly before, then spinning. */
export async function atInstant<T>(moment: number, action: () => T | Promise<T>): Promise<T> {
  await new Promise((resolve) => setTimeout(resolve, Math.max(0, moment - Date.now() - 25)))
  while (Date.now() < moment);
  return action()
}
