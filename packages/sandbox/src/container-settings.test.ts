import { describe, expect, it } from 'vitest'
import { containerSettings } from './container-settings.ts'
import type { RunSpec } from './sandbox.ts'
import { TEST_LIMITS } from './sandbox-rig.ts'

describe('what the engine is asked for', () => {
  const image = { id: 'sha256:1', digest: undefined, repositoryDigests: [], volumes: [] }
  const spec: RunSpec = {
    label: 'a test',
    image: 'any',
    command: ['true'],
    workingDirectory: '/',
    environment: {},
    mounts: [],
    limits: TEST_LIMITS,
    stdoutFile: '/nowhere',
    stderrFile: '/nowhere',
  }
  const asked = (change: Partial<RunSpec> = {}) =>
    JSON.stringify(
      containerSettings(
        { ...spec, ...change },
        { image, user: { uid: 1, gid: 1 }, ownerMark: 'm', init: true },
      ),
    )

  it('has a GPU in it only where one is granted', () => {
    const granted = asked({ gpu: ['nvidia.com/gpu=0'] })
    expect(granted).toContain('"DeviceRequests":[{"Driver":"cdi","DeviceIDs":["nvidia.com/gpu=0"]}]')
    for (const none of [asked(), asked({ gpu: [] })]) expect(none).not.toMatch(/Device|gpu/)
  })

  it('tells NVIDIA’s runtime that an image gets no devices, whatever the image itself says', () => {
    expect(asked()).toContain('"NVIDIA_VISIBLE_DEVICES=void"')
  })
})
