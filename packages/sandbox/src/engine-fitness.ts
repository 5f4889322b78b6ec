import type { EngineInfo } from './engine-client.ts'

/**
 * Why an engine that answers is still not fit to confine programs, in words that follow "The engine"; empty when it is. An
 * engine drops limits that its host cannot enforce and goes on, which we do not.
 */
export function unfitnessOf(info: EngineInfo): string[] {
  const options = info.SecurityOptions ?? []
  const problems: string[] = []
  if (info.OSType !== undefined && info.OSType !== 'linux') {
    problems.push(`runs ${info.OSType} containers; switch it to Linux containers.`)
  }
  if (options.some((option) => option.startsWith('name=rootless'))) {
    problems.push(
      'runs without root, so the owner of what a program writes is not the one we give it to; use the engine of the system, or type: SCOREGATE_SANDBOX=bubblewrap npm start',
    )
  }
  if (options.some((option) => option.startsWith('name=userns'))) {
    problems.push(
      'gives programs other users than the ones we name (userns-remap), so outputs would not be theirs; start it without userns-remap, or type: SCOREGATE_SANDBOX=bubblewrap npm start',
    )
  }
  const seccomp = options.find((option) => option.startsWith('name=seccomp'))
  if (seccomp === undefined || seccomp.includes('unconfined')) {
    problems.push('does not filter system calls (seccomp); start it with its default seccomp profile.')
  }
  if (info.MemoryLimit === false)
    problems.push('cannot limit memory; enable the memory control group of the kernel.')
  if (info.PidsLimit === false)
    problems.push('cannot limit processes; enable the pids control group of the kernel.')
  return problems
}
