import { z } from 'zod'

const Seconds = z.coerce.number().int().min(0).max(10_000_000_000)

/**
 * When a signed link ends, as it says of itself: of S3 (`X-Amz-Date` and `X-Amz-Expires`, or `Expires` of its version 2), of
 * Google (`X-Goog-…`), of Azure (`se`) and of a hub of ours (`expires`), protocol reference, 2.3. Undefined for a link that says nothing of it.
 */
export function linkExpiry(link: string): Date | undefined {
  const { searchParams } = new URL(link)
  for (const vendor of ['X-Amz', 'X-Goog']) {
    const began = readCompactTime(searchParams.get(`${vendor}-Date`))
    const seconds = Seconds.safeParse(searchParams.get(`${vendor}-Expires`) ?? undefined)
    if (began !== undefined && seconds.success) return new Date(began.getTime() + seconds.data * 1000)
  }
  const epoch = Seconds.safeParse(searchParams.get('Expires') ?? searchParams.get('expires') ?? undefined)
  if (epoch.success) return new Date(epoch.data * 1000)
  const azure = z.iso.datetime().safeParse(searchParams.get('se') ?? undefined)
  return azure.success ? new Date(azure.data) : undefined
}

/** `20261124T101500Z`, as signatures write times. */
function readCompactTime(text: string | null): Date | undefined {
  const [, year, month, day, hour, minute, second] =
    /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(text ?? '') ?? []
  if (second === undefined) return undefined
  const date = new Date(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`)
  return Number.isNaN(date.getTime()) ? undefined : date
}
