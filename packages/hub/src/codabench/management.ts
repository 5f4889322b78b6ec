import { randomUUID } from 'node:crypto'
import { connectionTrouble } from '@scoregate/protocol/codabench/broker-trouble'
import { ScoregateError } from '@scoregate/protocol/errors'
import { newSecret } from '@scoregate/web/secrets'
import { z } from 'zod'
import type { BrokerSettings } from './broker-settings.ts'

/** An account of the broker that may use one virtual host and no other; its password is kept nowhere. */
export type BrokerAccount = { readonly username: string; readonly password: string }

export type Management = ReturnType<typeof createManagement>

const Whoami = z.looseObject({
  tags: z.union([z.string().transform((tags) => tags.split(',')), z.array(z.string())]),
})
const Permissions = z.array(z.looseObject({ user: z.string() }))
const EVERYTHING = { configure: '.*', write: '.*', read: '.*' } as const
const TIMEOUT_MS = 10_000

/**
 * The part of RabbitMQ's management API that makes a queue of the hub: a virtual host, and an account for its workers. Each act
 * may be repeated, so that one that was cut off is finished by doing it again. Throws `ScoregateError` (`broker-unreachable`,
 * `broker-refuses`).
 */
export function createManagement(settings: BrokerSettings) {
  const authorization = `Basic ${Buffer.from(`${settings.username}:${settings.password}`).toString('base64')}`

  async function ask(method: string, path: string, body?: object): Promise<unknown> {
    const answer = await fetch(`${settings.managementUrl}/api${path}`, {
      method,
      headers: { authorization, 'content-type': 'application/json' },
      signal: AbortSignal.timeout(TIMEOUT_MS),
      redirect: 'error',
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    }).catch((cause: unknown) => {
      throw unreachable(settings.managementUrl, cause)
    })
    if (answer.status === 404 && method === 'DELETE') return undefined
    if (answer.status === 401 || answer.status === 403) throw refused(settings.managementUrl)
    if (!answer.ok) {
      throw unreachable(settings.managementUrl, new Error(`${method} ${path} was answered ${answer.status}`))
    }
    return answer.status === 200 ? answer.json() : undefined
  }

  const vhostPath = (vhost: string) => `/vhosts/${encodeURIComponent(vhost)}`
  const permissionPath = (vhost: string, user: string) =>
    `/permissions/${encodeURIComponent(vhost)}/${encodeURIComponent(user)}`

  return {
    /** Throws unless the API answers, and lets the hub make virtual hosts and accounts. */
    async check(): Promise<void> {
      const whoami = Whoami.safeParse(await ask('GET', '/whoami'))
      if (!whoami.success || !whoami.data.tags.includes('administrator'))
        throw refused(settings.managementUrl)
    },

    async ensureVhost(vhost: string): Promise<void> {
      await ask('PUT', vhostPath(vhost), {})
      await ask('PUT', permissionPath(vhost, settings.username), EVERYTHING)
    },

    /**
     * Makes a new account for the workers of a virtual host, and removes every other but the hub's: who is connected with an old
     * one is cut off.
     */
    async replaceAccount(vhost: string): Promise<BrokerAccount> {
      const account = { username: randomUUID(), password: newSecret() }
      await ask('PUT', `/users/${account.username}`, { password: account.password, tags: '' })
      await ask('PUT', permissionPath(vhost, account.username), EVERYTHING)
      await this.removeAccounts(vhost, account.username)
      return account
    },

    /** Removes the accounts of a virtual host, but the hub's and the one to keep. */
    async removeAccounts(vhost: string, keep?: string): Promise<void> {
      const permissions = Permissions.parse(await ask('GET', `${vhostPath(vhost)}/permissions`))
      for (const { user } of permissions) {
        if (user !== settings.username && user !== keep)
          await ask('DELETE', `/users/${encodeURIComponent(user)}`)
      }
    },

    async removeVhost(vhost: string): Promise<void> {
      await ask('DELETE', vhostPath(vhost))
    },
  }
}

function unreachable(url: string, cause: unknown): ScoregateError {
  const trouble = connectionTrouble(cause)
  return new ScoregateError({
    kind: 'unavailable',
    code: 'broker-unreachable',
    message: `The management API of the broker at ${url} ${trouble?.what ?? "does not answer as RabbitMQ's does"}.`,
    remedy:
      trouble?.remedy ??
      'See that RabbitMQ runs with its management plugin (rabbitmq-plugins enable rabbitmq_management), and that --amqp-management is its address.',
    cause,
  })
}

function refused(url: string): ScoregateError {
  return new ScoregateError({
    kind: 'unavailable',
    code: 'broker-refuses',
    message: `The broker's management API at ${url} does not take the name and password of --amqp for an administrator's.`,
    remedy: 'Correct them, or give the account its tag: rabbitmqctl set_user_tags NAME administrator',
  })
}
