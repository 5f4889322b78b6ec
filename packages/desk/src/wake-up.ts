/** A wait that somebody else can end: a loop rests on it until its time comes or there is news. */
export type WakeUp = { wake(): void; wait(milliseconds: number): Promise<void> }

/** Creates a `WakeUp`. News that comes while nobody waits ends the next wait at once, so none is missed. */
export function createWakeUp(): WakeUp {
  let isAwake = false
  let end: (() => void) | undefined
  return {
    wake() {
      isAwake = true
      end?.()
    },
    async wait(milliseconds) {
      if (!isAwake) {
        await new Promise<void>((resolve) => {
          const timer = setTimeout(resolve, milliseconds)
          end = () => {
            clearTimeout(timer)
            resolve()
          }
        })
        end = undefined
      }
      isAwake = false
    },
  }
}
