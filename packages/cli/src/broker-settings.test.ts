import { ScoregateError } from '@scoregate/protocol/errors'
import { describe, expect, it } from 'vitest'
import { CODABENCH_VARIABLES, readBrokerSettings, withEngineSocket } from './broker-settings.ts'

const BROKER = { BROKER_URL: 'pyamqp://name:pass-word@broker.example:5672/vhost' }

function problemsOf(environment: Record<string, string>): string[] {
  try {
    readBrokerSettings({ ...BROKER, ...environment })
  } catch (error) {
    if (error instanceof ScoregateError) return error.problems.map(({ where, what }) => `${where}: ${what}`)
    throw error
  }
  return []
}

describe("the settings of a Codabench worker's owner", () => {
  it('are taken as they are: the file that the shipped worker was started with', () => {
    const read = readBrokerSettings({
      ...BROKER,
      BROKER_USE_SSL: 'True',
      HOST_DIRECTORY: '/codabench',
      CONTAINER_ENGINE_EXECUTABLE: 'docker',
      USE_GPU: 'False',
      WORKER_BUNDLE_URL_REWRITE: 'http://minio:9000|https://storage.example',
    })
    expect(read?.broker).toMatchObject({ protocol: 'amqps', hostname: 'broker.example', vhost: 'vhost' })
    expect(read?.linkRewrite).toEqual({ from: 'http://minio:9000', to: 'https://storage.example' })
    expect(read?.notes.join()).toContain('HOST_DIRECTORY is not used')
  })

  it('are read through the line ends of Windows and quotes that nobody took off', () => {
    const read = readBrokerSettings({
      BROKER_URL: `"${BROKER.BROKER_URL}"\r`,
      BROKER_USE_SSL: "'False'\r",
      WORKER_BUNDLE_URL_REWRITE: '"http://minio:9000|https://storage.example"\r',
    })
    expect(read?.broker).toMatchObject({ protocol: 'amqp', hostname: 'broker.example', vhost: 'vhost' })
    expect(read?.linkRewrite).toEqual({ from: 'http://minio:9000', to: 'https://storage.example' })
    expect(withEngineSocket({ CONTAINER_SOCKET: '/run/podman/podman.sock\r' })).toMatchObject({
      DOCKER_HOST: 'unix:///run/podman/podman.sock',
    })
  })

  it.each([
    ['true', 'amqps'],
    ['True', 'amqps'],
    ['1', 'amqps'],
    ['yes', 'amqps'],
    ['False', 'amqp'],
    ['', 'amqp'],
  ])('ask for TLS as owners write it: BROKER_USE_SSL=%s', (value, protocol) => {
    expect(readBrokerSettings({ ...BROKER, BROKER_USE_SSL: value })?.broker).toMatchObject({ protocol })
  })

  it.each(['{"ca_certs": "/etc/ca.pem", "cert_reqs": 0}', "{'keyfile': '/etc/key.pem'}"])(
    'are refused where they give options of TLS, and say where the authority belongs: %s',
    (value) => {
      const [problem] = problemsOf({ BROKER_USE_SSL: value })
      expect(problem).toContain('set NODE_EXTRA_CA_CERTS to the file that ca_certs names')
      expect(problem).not.toContain('/etc/')
    },
  )

  it('name no broker, then this is no worker of a Codabench queue', () => {
    expect(readBrokerSettings({ USE_GPU: 'true' })).toBeUndefined()
    expect(readBrokerSettings({ BROKER_URL: '' })).toBeUndefined()
    expect(readBrokerSettings({ BROKER_URL: '\r' })).toBeUndefined()
  })

  it.each([
    ['BROKER_USE_SSL', 'maybe'],
    ['BROKER_USE_SSL', "{'ca_certs': '/etc/ssl/own.pem'}"],
    ['USE_GPU', 'true'],
    ['USE_GPU', 'True\r'],
    ['USE_GPU', 'perhaps'],
    ['COMPUTE_WORKER_NO_CLEANUP', '"True"'],
    ['COMPETITION_CONTAINER_NETWORK_DISABLED', 'False\r'],
    ['COMPETITION_CONTAINER_NETWORK_DISABLED', 'false'],
    ['COMPETITION_CONTAINER_HTTP_PROXY', 'http://proxy'],
    ['CODALAB_IGNORE_CLEANUP_STEP', '1'],
    ['WORKER_BUNDLE_URL_REWRITE', 'http://minio:9000'],
    ['BROKER_URL', 'redis://name:pass-word@h'],
  ])('are refused by name where they ask for what is never done: %s=%s', (name, value) => {
    const problems = problemsOf({ [name]: value })
    expect(problems).toHaveLength(1)
    expect(problems[0]).toContain(`${name}: `)
    expect(problems.join()).not.toContain('pass-word')
  })

  it('are each used, noted or refused; none passes in silence that does nothing', () => {
    for (const [name, treat] of Object.entries(CODABENCH_VARIABLES)) {
      for (const value of ['true', 'false', '/a/path']) {
        const treatment = treat(value)
        if (treatment.kind === 'noted') expect(treatment.words).toContain(name)
        else expect(['used', 'refused']).toContain(treatment.kind)
      }
    }
  })
})
