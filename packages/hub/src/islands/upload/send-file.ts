/** Something wrong, and where; as the hub's API says it. */
export type Problem = { where: string; what: string; remedy: string }

/** What the hub did not accept, in its own words. */
export class Refused extends Error {
  readonly remedy: string
  readonly problems: readonly Problem[]

  constructor(given: { detail: string; remedy?: string; problems?: readonly Problem[] }) {
    super(given.detail)
    this.remedy = given.remedy ?? ''
    this.problems = given.problems ?? []
  }
}

/** Asks the hub's API in the name of who is signed in. Throws `Refused`. */
export async function ask<Answer>(
  csrf: string,
  { method, path, body }: { method: string; path: string; body?: unknown },
): Promise<Answer> {
  const answer = await fetch(path, {
    method,
    headers: { 'content-type': 'application/json', accept: 'application/json', 'x-csrf-token': csrf },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  }).catch(() => {
    throw silent()
  })
  if (!answer.ok) throw refusalOf(answer.status, await answer.text())
  return answer.json()
}

/** Sends a file to the hub, telling from 0 to 1 how much has gone; returns its key. Throws `Refused`. */
export async function sendFile(
  given: { csrf: string; file: File; type: 'submission' | 'competition_bundle' },
  onProgress: (share: number) => void,
): Promise<string> {
  const { csrf, file, type } = given
  const { key, sassy_url } = await ask<{ key: string; sassy_url: string }>(csrf, {
    method: 'POST',
    path: '/api/datasets/',
    body: { type, request_sassy_file_name: file.name, file_name: file.name, file_size: file.size },
  })
  // The hub may be reached by another name than the one it knows itself by; the path is what counts.
  const target = new URL(sassy_url, location.href)
  await put({ csrf, file, path: `${target.pathname}${target.search}` }, onProgress)
  return key
}

/** `fetch` cannot tell how much it has sent; the older request can. */
function put(
  { csrf, file, path }: { csrf: string; file: File; path: string },
  onProgress: (share: number) => void,
): Promise<void> {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest()
    request.open('PUT', path)
    request.setRequestHeader('content-type', 'application/zip')
    request.setRequestHeader('accept', 'application/json')
    request.setRequestHeader('x-csrf-token', csrf)
    request.upload.addEventListener('progress', (event) => {
      if (event.lengthComputable && event.total > 0) onProgress(event.loaded / event.total)
    })
    request.addEventListener('load', () => {
      if (request.status < 300) resolve()
      else reject(refusalOf(request.status, request.responseText))
    })
    request.addEventListener('error', () => reject(silent()))
    request.send(file)
  })
}

function silent(): Refused {
  return new Refused({
    detail: 'The connection to the hub was lost.',
    remedy: 'Check your network and try again. Nothing was counted.',
  })
}

function refusalOf(status: number, text: string): Refused {
  try {
    const body = JSON.parse(text)
    if (typeof body.detail === 'string') return new Refused(body)
  } catch {
    // Not the hub's own words, such as a proxy's page; its number says enough.
  }
  return new Refused({ detail: `The hub answered ${status}.`, remedy: 'Try again in a while.' })
}
