/**
 * Keeps a page true while something goes on: asks how it stands, and when that has changed fetches the page again and
 * takes over the parts that are marked. What is on the page comes from the server alone.
 */
type LiveState = { version: string; isFinal: boolean; words: string }

const POLL_MS = 1500
/** After a failed question, and in a tab that nobody looks at. */
const SLOW_POLL_MS = 6000

for (const watch of document.querySelectorAll<HTMLElement>('[data-live-watch]')) keepTrue(watch)

function keepTrue(watch: HTMLElement): void {
  const stateHref = watch.dataset['liveWatch'] ?? ''
  const words = watch.querySelector<HTMLElement>('[data-live-words]')
  let version = watch.dataset['liveVersion'] ?? ''
  let timer: ReturnType<typeof setTimeout> | undefined
  let isAsking = false

  async function ask(): Promise<void> {
    if (isAsking) return
    isAsking = true
    clearTimeout(timer)
    let next: number | undefined = POLL_MS
    try {
      const state = await fetchState(stateHref)
      if (state.version !== version) {
        await renewParts()
        version = state.version
        if (words !== null) words.textContent = state.words
      }
      if (state.isFinal) next = undefined
    } catch {
      // The hub may be restarting; the page shows what was true, and the next question finds out.
      next = SLOW_POLL_MS
    }
    isAsking = false
    if (next !== undefined) timer = setTimeout(ask, document.hidden ? SLOW_POLL_MS : next)
  }

  document.addEventListener('submission-added', () => void ask())
  document.addEventListener('visibilitychange', () => {
    if (!document.hidden && timer !== undefined) void ask()
  })
  if (watch.dataset['liveFinal'] !== 'yes') timer = setTimeout(ask, POLL_MS)
}

async function fetchState(href: string): Promise<LiveState> {
  const answer = await fetch(href, { headers: { accept: 'application/json' } })
  if (!answer.ok) throw new Error(`The hub answered ${answer.status}.`)
  return answer.json()
}

async function renewParts(): Promise<void> {
  const answer = await fetch(location.href, { headers: { accept: 'text/html' } })
  if (!answer.ok) throw new Error(`The hub answered ${answer.status}.`)
  const page = new DOMParser().parseFromString(await answer.text(), 'text/html')
  document.title = page.title
  for (const part of document.querySelectorAll<HTMLElement>('[data-live-part]')) {
    const renewed = page.getElementById(part.id)
    if (renewed === null || renewed.innerHTML === part.innerHTML) continue
    keepPlace(part, () => part.replaceChildren(...document.adoptNode(renewed).childNodes))
  }
}

/** Whoever works in the part by keyboard keeps their place: the same link or button, and what they had opened. */
function keepPlace(part: HTMLElement, replace: () => void): void {
  const focused = part.contains(document.activeElement) ? placeOf(document.activeElement) : undefined
  const opened = [...part.querySelectorAll('details[open] > summary')].map((summary) => summary.textContent)
  replace()
  for (const summary of part.querySelectorAll('details > summary')) {
    if (opened.includes(summary.textContent)) summary.parentElement?.setAttribute('open', '')
  }
  if (focused === undefined) return
  const same = [...part.querySelectorAll<HTMLElement>('a, button, summary, [tabindex]')].find(
    (element) => placeOf(element) === focused,
  )
  same?.focus({ preventScroll: true })
}

function placeOf(element: Element | null): string {
  const form = element?.closest('form')?.getAttribute('action') ?? ''
  return `${element?.tagName} ${element?.getAttribute('href') ?? ''} ${form} ${element?.textContent}`
}
