import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { buffer, text } from 'node:stream/consumers'
import { SMTPServer } from 'smtp-server'

/** A mail that a server took, to whom, and every byte of it. */
export type TakenMail = { readonly to: string[]; readonly raw: string }

/** A real mail server on a port of its own; while `refuses` is set it answers every mail with an error. */
export async function startMailServer(given: { refuses?: boolean } = {}) {
  const state = { refuses: given.refuses ?? false }
  const mails: TakenMail[] = []
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ['STARTTLS'],
    onData(stream, session, done) {
      text(stream).then((raw) => {
        if (state.refuses) return done(new Error('try again later'))
        mails.push({ to: session.envelope.rcptTo.map(({ address }) => address), raw })
        done()
      }, done)
    },
  })
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
  const state = { status, isSilent: false }
  const bodies: string[] = []
  const server = createServer(async (request, response) => {
    bodies.push((await buffer(request)).toString())
    if (!state.isSilent) response.writeHead(state.status, { location: 'http://127.0.0.1:9/' }).end()
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return {
    state,
    bodies,
    host: `127.0.0.1:${port}`,
    url: `http://127.0.0.1:${port}/hook`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}
