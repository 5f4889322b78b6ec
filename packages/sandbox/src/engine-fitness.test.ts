import { describe, expect, it } from 'vitest'
import { unfitnessOf } from './engine-fitness.ts'

describe('an engine that answers', () => {
  const fit = {
    OSType: 'linux',
    MemoryLimit: true,
    PidsLimit: true,
    SecurityOptions: ['name=apparmor', 'name=seccomp,profile=default'],
  }

  it('is fit when it can enforce what we ask of it', () => {
    expect(unfitnessOf(fit)).toEqual([])
  })

  it.each([
    ['rootless', { SecurityOptions: [...fit.SecurityOptions, 'name=rootless'] }, /without root/],
    ['with users of its own', { SecurityOptions: [...fit.SecurityOptions, 'name=userns'] }, /userns-remap/],
    ['without seccomp', { SecurityOptions: [] }, /system calls/],
    ['with seccomp switched off', { SecurityOptions: ['name=seccomp,profile=unconfined'] }, /system calls/],
    ['without limits on memory', { MemoryLimit: false }, /memory/],
    ['without limits on processes', { PidsLimit: false }, /processes/],
    ['of another system', { OSType: 'windows' }, /Linux containers/],
  ])('is refused when %s', (_, change, problem) => {
    expect(unfitnessOf({ ...fit, ...change })).toEqual([expect.stringMatching(problem)])
  })
})
