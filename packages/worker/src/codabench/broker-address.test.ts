import { describe, expect, it } from 'vitest'
import { readBrokerAddress } from './broker-address.ts'

const read = (text: string, useTls = false) => {
  const reading = readBrokerAddress(text, { useTls })
  return reading.kind === 'read' ? reading.address : reading.why
}

describe('the address of a broker', () => {
  it('is read as the platform shows it', () => {
    expect(read('pyamqp://4f6a:9c01@broker.example:5672/0b6a2d9e-3f35-4a38-8f0b-2f1df7c3a111')).toEqual({
      protocol: 'amqp',
      hostname: 'broker.example',
      port: 5672,
      username: '4f6a',
      password: '9c01',
      vhost: '0b6a2d9e-3f35-4a38-8f0b-2f1df7c3a111',
    })
  })

  it.each(['amqp://h//', 'amqp://h/', 'amqp://h', 'amqp://h/%2F'])(
    'has the default virtual host: %s',
    (text) => {
      expect(read(text)).toMatchObject({ vhost: '/', username: 'guest', port: 5672 })
    },
  )

  it('has escapes undone, and the port of TLS where TLS is asked for', () => {
    expect(read('amqp://a:p%40ss@h/v%2Fw', true)).toMatchObject({
      protocol: 'amqps',
      port: 5671,
      password: 'p@ss',
      vhost: 'v/w',
    })
    expect(read('amqps://h')).toMatchObject({ protocol: 'amqps', port: 5671 })
    expect(read('amqp://[::1]:1/')).toMatchObject({ hostname: '::1', port: 1 })
  })

  it.each(['redis://h', 'broker.example', '', 'amqp://a:p%zz@h', 'amqp:///v'])(
    'is refused, without its password: %s',
    (text) => {
      expect(read(text)).toMatch(/pyamqp:\/\/name:password@host/)
      expect(read(text)).not.toContain('p%zz')
    },
  )
})
