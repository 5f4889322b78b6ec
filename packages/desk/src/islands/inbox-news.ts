/**
 * Says that something new has arrived, and moves nothing: whoever is about to press a button must find it where it was.
 * The page asks how many holds there are that it does not show; the answer is a number and its words.
 */
type News = { count: number; words: string }

const ASK_EVERY_MS = 15_000

for (const place of document.querySelectorAll<HTMLElement>('[data-inbox-news]')) watchFor(place)

function watchFor(place: HTMLElement): void {
  const link = place.querySelector('a')
  if (link === null) return
  const ask = async () => {
    if (!document.hidden) {
      // The desk may be restarting, or the session may have ended; the page stays as it was, and the next question finds out.
      const news = await fetchNews(place.dataset['inboxNews'] ?? '').catch(() => undefined)
      if (news !== undefined && news.count > 0) {
        link.textContent = news.words
        link.hidden = false
      }
    }
    setTimeout(ask, ASK_EVERY_MS)
  }
  setTimeout(ask, ASK_EVERY_MS)
}

async function fetchNews(href: string): Promise<News> {
  const answer = await fetch(href, { headers: { accept: 'application/json' }, redirect: 'error' })
  if (!answer.ok) throw new Error(`The desk answered ${answer.status}.`)
  return answer.json()
}
