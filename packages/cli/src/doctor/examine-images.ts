import type { ImageRule } from '@scoregate/protocol/deposit'
import type { PromiseReport } from '@scoregate/sandbox/promises'
import type { Sandbox } from '@scoregate/sandbox/sandbox'

/** The engine's images that the policy names outright; what a star stands for is not known before a run. */
export function namedEngineImages(rules: readonly ImageRule[]): string[] {
  return rules.flatMap(({ engine, digest }) => {
    if (engine === undefined || engine.includes('*')) return []
    return [digest === undefined ? engine : `${engine}@${digest}`]
  })
}

/** For each rule of the policy, whether its image for this sandbox is there, and whether it is always the same. */
export async function examineImages(rules: readonly ImageRule[], sandbox: Sandbox): Promise<PromiseReport[]> {
  const reports: PromiseReport[] = []
  for (const rule of rules) {
    const written = rule[sandbox.name]
    if (written === undefined) continue
    const promise = `Image for "${rule.pattern}": ${written} is there, and always the same`
    reports.push({ id: 'image', promise, ...(await findImage(rule, written, sandbox)) })
    if (rule.gpu !== undefined) reports.push(gpuReport(rule.pattern, rule.gpu, sandbox))
  }
  return reports
}

function gpuReport(pattern: string, devices: readonly string[], sandbox: Sandbox): PromiseReport {
  const promise = `Runs with "${pattern}" are given ${devices.join(', ')}`
  if (sandbox.name === 'bubblewrap') {
    return {
      id: 'gpu',
      promise,
      state: 'does-not-hold',
      why: 'bubblewrap gives no GPU, and such a run is refused',
      remedy: 'Use a container engine, or grant none in the policy',
    }
  }
  return {
    id: 'gpu',
    promise,
    state: 'not-checked',
    why: 'the engine finds it out when a run begins; Docker can from version 25 on',
    remedy: `Try it: docker run --rm --network none --device ${devices[0]} IMAGE true`,
  }
}

async function findImage(
  { digest, pull }: ImageRule,
  written: string,
  sandbox: Sandbox,
): Promise<Pick<PromiseReport, 'state' | 'why' | 'remedy'>> {
  const isPinned = digest !== undefined || /(^|@)sha256:[0-9a-f]{64}$/.test(written)
  const unpinned = {
    state: 'does-not-hold',
    why: 'it is named without a digest: whoever gives that name to another image changes what runs',
    remedy: `Pin it in the policy with digest: sha256:…, which tells: docker image inspect --format '{{.Id}}' ${written}`,
  } as const
  if (written.includes('*')) {
    return { ...unpinned, remedy: 'Name the images of your competitions one by one, each with its digest' }
  }
  if (await sandbox.hasImage(digest === undefined ? written : `${written}@${digest}`)) {
    if (sandbox.name === 'bubblewrap') {
      return { state: 'holds', why: 'a folder of this machine: it is what its owner makes of it' }
    }
    return isPinned ? { state: 'holds', why: 'it is there, by its digest' } : unpinned
  }
  if (pull === 'if-missing') return { state: 'not-checked', why: 'it is fetched when a run needs it' }
  const remedy =
    sandbox.name === 'engine' ? `Type: docker pull ${written}` : `Make a root file system at ${written}`
  return { state: 'does-not-hold', why: 'it is not on this machine', remedy }
}
