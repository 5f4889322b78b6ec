import type { Ending } from '../../case.ts'
import { showByCommand } from '../../rig/review-command.ts'
import { openReviewingBrowser, signIn } from '../../rig/reviewing-browser.ts'
import type { Stage } from '../../rig/stage.ts'

/** What must reach no eye as it is: directions, unseen characters, control characters, and more marks on a letter than any script has. */
const MISLEADING =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what must not be there.
  /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u00ad\u061c\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]|\p{M}{5}/u

/** Shows the hold in a browser and on a terminal; what misleads on either has crossed. */
export async function playNamesThatMislead(stage: Stage): Promise<Ending> {
  const results = await Promise.all(
    ['scores', 'names'].map(async (what) =>
      stage.result(await stage.submit({ beside: { 'what.txt': what } })),
    ),
  )
  const [first] = results
  if (first?.kind !== 'held') throw new Error('The job with scores alone was not run.')
  const written = (await stage.site.reviewer.files(first.hold)).map((file) => file.toString('utf8')).join('')
  if (!MISLEADING.test(written)) throw new Error('The names as they are do not mislead.')

  await using browser = await openReviewingBrowser()
  await signIn(stage, browser.page)
  for (const result of results) {
    if (result.kind === 'not-run') continue
    const paths = ['', ...result.hold.files.map(({ number }) => `/files/${number}`)]
    for (const path of paths) {
      await browser.page.goto(`${stage.site.deskUrl()}/holds/${result.hold.id}${path}`)
      cross(stage, result.job.jobId, await browser.page.evaluate(() => document.body.innerText))
    }
    cross(stage, result.job.jobId, await showByCommand(stage, result.hold.id))
    await stage.decide(result, 'reject')
  }
  return 'contained'
}

function cross({ site, secret }: Stage, jobId: string, shown: string): void {
  const found = MISLEADING.exec(shown)
  // What misleads a reviewer may bring out anything that they can release.
  if (found !== null) site.boundary.cross('inside', `shown as it is: ${found[0]} ${secret.token}`, jobId)
}
