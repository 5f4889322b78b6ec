import { Button } from '@scoregate/ui/button'
import { Progress } from '@scoregate/ui/feedback'
import { FileField, FormActions } from '@scoregate/ui/form'
import type { FC } from 'hono/jsx'

/**
 * Chooses a file and uploads it with a progress bar. It works by a script, since a browser by itself can neither show
 * progress nor send a large file in a form that is safe from forgery; without script it says so, and the page names the
 * command that does the same.
 */
export const UploadForm: FC<{
  island: 'submission' | 'bundle'
  name: string
  label: string
  hint: string
  button: string
  csrf: string
  phaseId?: number | undefined
}> = ({ island, name, label, hint, button, csrf, phaseId }) => (
  <div data-upload={island} data-csrf={csrf} data-phase={phaseId} class="upload">
    <noscript>
      <p>Uploading here needs JavaScript. Without it, use the command line.</p>
    </noscript>
    <form class="form form-stacked" hidden data-upload-form aria-label={button}>
      <FileField name={name} label={label} hint={hint} accept=".zip,application/zip" />
      <FormActions>
        <Button kind="primary" icon="upload">
          {button}
        </Button>
      </FormActions>
    </form>
    <div hidden data-upload-progress>
      <Progress label="Uploading" value={0} note="0 %" />
    </div>
    <div role="status" data-upload-words class="muted" />
    <div data-upload-problems tabindex={-1} />
  </div>
)
