import { EngineClient } from './engine-client.ts'

/** Where an engine's socket may be, in the order of trying: what the environment names, Docker's, Podman's. */
export function engineSocketPaths(env: NodeJS.ProcessEnv): string[] {
  const named = env['DOCKER_HOST']
  if (named !== undefined && named !== '') {
    // A remote engine cannot mount this host's folders, so it is not an engine for us; nor do we then take another
    // one than the operator named.
    return named.startsWith('unix://') ? [named.slice('unix://'.length)] : []
  }
  const runtimeFolder = env['XDG_RUNTIME_DIR']
  return [
    '/var/run/docker.sock',
    ...(runtimeFolder ? [`${runtimeFolder}/podman/podman.sock`] : []),
    '/run/podman/podman.sock',
  ]
}

/** What was found at one place. */
export type SocketAnswer =
  | { readonly kind: 'answers'; readonly socketPath: string }
  | { readonly kind: 'silent'; readonly socketPath: string; readonly reason: string }

/** Asks at one socket whether an engine is there. */
export async function askEngineSocket(socketPath: string): Promise<SocketAnswer> {
  try {
    if (await new EngineClient(socketPath).ping()) return { kind: 'answers', socketPath }
    return { kind: 'silent', socketPath, reason: 'something else than a container engine answers there' }
  } catch (error) {
    return { kind: 'silent', socketPath, reason: reasonFor(error) }
  }
}

/** The first socket at which an engine answers; `undefined` if none does. */
export async function findEngineSocket(env: NodeJS.ProcessEnv): Promise<string | undefined> {
  for (const socketPath of engineSocketPaths(env)) {
    const answer = await askEngineSocket(socketPath)
    if (answer.kind === 'answers') return answer.socketPath
  }
  return undefined
}

function reasonFor(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? error.code : undefined
  if (code === 'ENOENT') return 'there is no such socket'
  if (code === 'ECONNREFUSED') return 'the socket is there, but no engine is running behind it'
  if (code === 'EACCES') {
    return 'this user may not use it; type: sudo usermod -aG docker "$USER", then sign in again'
  }
  return error instanceof Error ? error.message : String(error)
}
