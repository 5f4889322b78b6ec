import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { buffer, text } from 'node:stream/consumers'
import { SMTPServer } from 'smtp-server'

/** A mail that a server took, to whom, and every byte of it. */
export type TakenMail = { readonly to: string[]; readonly raw: string }

/** How far the sending of one message has come, as its receiver sees it; at `taken` it has all of it, and has not said so. */
export type Stage = 'connected' | 'sender' | 'recipient' | 'content' | 'taken'

/** A real mail server on a port of its own; while `refuses` is set it answers every mail with an error. */
export async function startMailServer(given: { refuses?: boolean } = {}) {
  const state = { refuses: given.refuses ?? false, at: async (_: Stage): Promise<void> => undefined }
  const pass = (stage: Stage, done: () => void) => void state.at(stage).then(done)
  const mails: TakenMail[] = []
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ['STARTTLS'],
    onConnect: (_, done) => pass('connected', done),
    onMailFrom: (_, __, done) => pass('sender', done),
    onRcptTo: (_, __, done) => pass('recipient', done),
    onData(stream, session, done) {
      const take = async () => {
        await state.at('content')
        const raw = await text(stream)
        if (state.refuses) throw new Error('try again later')
        mails.push({ to: session.envelope.rcptTo.map(({ address }) => address), raw })
        await state.at('taken')
      }
      take().then(() => done(), done)
    },
  })
  // A desk that is killed leaves its connections broken, which is no trouble of the server.
  server.on('error', () => undefined)
  const port = await new Promise<number>((resolve) => {
    const listening = server.listen(0, '127.0.0.1', () => resolve((listening.address() as AddressInfo).port))
  })
  return {
    state,
    mails,
    url: `smtp://127.0.0.1:${port}`,
    async [Symbol.asyncDispose]() {
      await new Promise<void>((resolve) => server.close(() => resolve()))
    },
  }
}

/** A real HTTP server that takes webhooks. While `isSilent` is set it takes them and says nothing. */
export async function startReceiver(status = 200) {
  const state = { status, isSilent: false, at: async (_: Stage): Promise<void> => undefined }
  const bodies: string[] = []
  /** By which name each message can be known again, in the order of the bodies. */
  const names: string[] = []
  const server = createServer(async (request, response) => {
    await state.at('content')
    // A desk that is killed leaves half a request, of which nothing is taken.
    const body = await buffer(request).catch(() => undefined)
    if (body === undefined) return
    bodies.push(body.toString())
    names.push(String(request.headers['idempotency-key']))
    await state.at('taken')
    if (!state.isSilent) response.writeHead(state.status, { location: 'http://127.0.0.1:9/' }).end()
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return {
    state,
    bodies,
    names,
    host: `127.0.0.1:${port}`,
    url: `http://127.0.0.1:${port}/hook`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}
