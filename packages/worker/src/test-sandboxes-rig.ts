import { createContainerEngineSandbox } from '@scoregate/sandbox/container-engine'
import type { Sandbox } from '@scoregate/sandbox/sandbox'

/** A way to confine programs on this machine, with an image that has Python. */
export type TestSandbox = { readonly name: string; readonly sandbox: Sandbox; readonly image: string }

const ENGINE_IMAGE = 'scoregate-test:latest'

/** Every sandbox that this machine has; at least one. */
export async function findTestSandboxes(): Promise<TestSandbox[]> {
  const sandbox = createContainerEngineSandbox({
    socketPath: '/var/run/docker.sock',
    ownerMark: `worker-test-${process.pid}`,
  })
  return [{ name: 'engine', sandbox, image: ENGINE_IMAGE }]
}
