import type { FormError } from '@scoregate/ui/form'
import { clientAddress } from '@scoregate/web/client-address'
import type { WebEnv } from '@scoregate/web/environment'
import { parseBody } from '@scoregate/web/error-answers'
import { type Context, Hono } from 'hono'
import { z } from 'zod'
import type { Frame } from '../pages/desk-frame.tsx'
import { paths } from '../paths.ts'
import { InvitationPage, VoidInvitationPage } from './invitation-pages.tsx'
import { findInvitation, type Invitation, takeInvitation } from './invitations.ts'
import type { AccountDesk } from './own-account.ts'
import { passwordErrors } from './own-account-routes.tsx'

const TakeForm = z.object({
  link: z.string().max(200),
  password: z.string().max(2000),
  again: z.string().max(2000),
})

/**
 * Where whoever was invited takes the place. Looking at it changes nothing, since what reads mail looks at links too;
 * tries with links that do not hold are counted for the address that they come from.
 */
export function invitationRoutes(
  desk: AccountDesk & { trustedProxy: string | undefined; siteName: string; frame: Frame },
): Hono<WebEnv> {
  const app = new Hono<WebEnv>()

  /** The invitation of a link, or undefined, with the try counted. */
  async function find(c: Context<WebEnv>, secret: string): Promise<Invitation | undefined> {
    const address = clientAddress(c, desk.trustedProxy)
    await desk.accounts.limits.admit({ address })
    const invitation = await findInvitation(desk.db, secret, desk.clock())
    if (invitation !== undefined) await desk.accounts.limits.forget({ address })
    return invitation
  }

  function page(
    c: Context<WebEnv>,
    { invitation, secret, errors }: { invitation: Invitation; secret: string; errors: readonly FormError[] },
  ): Promise<string> {
    const by = c.get('person')?.by
    const content = (
      <InvitationPage
        username={invitation.username}
        roles={invitation.roles}
        siteName={desk.siteName}
        secret={secret}
        csrf={by?.kind === 'session' ? by.csrf : undefined}
        errors={errors}
      />
    )
    return desk.frame(c, { title: 'Invitation', place: 'none', width: 'narrow', content })
  }

  function voidPage(c: Context<WebEnv>): Response | Promise<Response> {
    const content = <VoidInvitationPage />
    return c.html(desk.frame(c, { title: 'Invitation', place: 'none', width: 'narrow', content }), 410)
  }

  app.get(paths.invitation(), async (c) => {
    const secret = (c.req.query('link') ?? '').slice(0, 200)
    const invitation = await find(c, secret)
    return invitation === undefined ? voidPage(c) : c.html(page(c, { invitation, secret, errors: [] }))
  })

  app.post(paths.invitation(), async (c) => {
    const { link: secret, password, again } = await parseBody(c, TakeForm)
    const invitation = await find(c, secret)
    if (invitation === undefined) return voidPage(c)
    const errors: FormError[] = []
    if (password !== again) errors.push({ field: 'again', text: 'The two are not the same.' })
    if (errors.length === 0) {
      const taken = await takeInvitation(desk.db, { secret, password, now: desk.clock() }).catch((error) => {
        errors.push(...passwordErrors(error))
      })
      await desk.audit.written()
      if (errors.length === 0) {
        return taken === undefined ? voidPage(c) : c.redirect(`${paths.signIn}?done=password-set`, 303)
      }
    }
    return c.html(page(c, { invitation, secret, errors }), 400)
  })

  return app
}
