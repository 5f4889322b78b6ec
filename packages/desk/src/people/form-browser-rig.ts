import { PASSWORD } from '../desk-rig.ts'

export const FIREFOX = 'Mozilla/5.0 (X11; Linux x86_64; rv:130.0) Gecko/20100101 Firefox/130.0'

/** A browser of a test, without scripts: it keeps its cookie, and sends forms as the pages that it was shown made them. */
export class FormBrowser {
  readonly #url: string
  readonly #agent: string
  readonly #username: string
  cookie = ''

  constructor(url: string, { agent = FIREFOX, username = 'first-reviewer' } = {}) {
    this.#url = url
    this.#agent = agent
    this.#username = username
  }

  async ask(
    path: string,
    fields?: Record<string, string> | [string, string][],
    headers: Record<string, string> = {},
  ): Promise<Response> {
    const answer = await fetch(`${this.#url}${path}`, {
      redirect: 'manual',
      headers: { 'user-agent': this.#agent, cookie: this.cookie, ...headers },
      ...(fields === undefined ? {} : { method: 'POST', body: new URLSearchParams(fields) }),
    })
    const set = answer.headers.get('set-cookie')
    if (set !== null) this.cookie = set.split(';')[0] ?? ''
    return answer
  }

  async read(path: string): Promise<string> {
    return (await this.ask(path)).text()
  }

  signIn(password = PASSWORD): Promise<Response> {
    return this.ask('/sign-in', { username: this.#username, password })
  }

  /** Sends a form of a page for people who are signed in. */
  async send(path: string, fields: Record<string, string> | [string, string][] = {}): Promise<Response> {
    const csrf = /name="csrf" value="([^"]+)"/.exec(await this.read('/account'))?.[1] ?? ''
    const given = Array.isArray(fields) ? fields : Object.entries(fields)
    return this.ask(path, [['csrf', csrf], ...given])
  }

  async isIn(): Promise<boolean> {
    return (await this.ask('/account')).status === 200
  }
}
