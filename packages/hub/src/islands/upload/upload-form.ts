import type { Problem } from './send-file.ts'
import { Refused } from './send-file.ts'

/** What an upload form shows while it works. */
export type UploadView = {
  readonly csrf: string
  /** The phase that is submitted to, if it is a submission. */
  readonly phaseId: number
  /** How much has gone, from 0 to 1. */
  progress(share: number): void
  /** Announced politely; with a link if there is somewhere to go. */
  say(words: string, link?: { href: string; label: string }): void
}

/** Brings the upload forms of one kind to life; `send` gets the file that was chosen, and throws `Refused`. */
export function startUploadForms(
  kind: 'submission' | 'bundle',
  send: (file: File, view: UploadView) => Promise<void>,
): void {
  for (const root of document.querySelectorAll<HTMLElement>(`[data-upload="${kind}"]`)) start(root, send)
}

function start(root: HTMLElement, send: (file: File, view: UploadView) => Promise<void>): void {
  const form = find(root, 'form', HTMLFormElement)
  const input = find(root, 'input[type="file"]', HTMLInputElement)
  const button = find(root, 'button', HTMLButtonElement)
  const box = find(root, '[data-upload-progress]', HTMLElement)
  const bar = find(box, 'progress', HTMLProgressElement)
  const note = find(box, '.progress-note', HTMLElement)
  const words = find(root, '[data-upload-words]', HTMLElement)
  const problems = find(root, '[data-upload-problems]', HTMLElement)

  const view: UploadView = {
    csrf: root.dataset['csrf'] ?? '',
    phaseId: Number(root.dataset['phase']),
    progress(share) {
      box.hidden = false
      bar.value = share
      note.textContent = `${Math.round(share * 100)} %`
    },
    say(text, link) {
      words.replaceChildren(text)
      if (link === undefined) return
      const anchor = document.createElement('a')
      anchor.href = link.href
      anchor.textContent = link.label
      words.append(' ', anchor)
    },
  }

  form.hidden = false
  acceptDrops(root, input)
  form.addEventListener('submit', async (event) => {
    event.preventDefault()
    const file = input.files?.[0]
    if (file === undefined || button.disabled) return
    button.disabled = true
    problems.replaceChildren()
    view.progress(0)
    view.say(`Uploading ${file.name}.`)
    try {
      await send(file, view)
      form.reset()
    } catch (error) {
      view.say('')
      showProblems(problems, error)
    }
    box.hidden = true
    button.disabled = false
  })
}

/** The whole of the form takes a file that is dropped on it. */
function acceptDrops(root: HTMLElement, input: HTMLInputElement): void {
  const mark = (isOver: boolean) => root.classList.toggle('upload-dragging', isOver)
  root.addEventListener('dragover', (event) => {
    event.preventDefault()
    mark(true)
  })
  root.addEventListener('dragleave', () => mark(false))
  root.addEventListener('drop', (event) => {
    event.preventDefault()
    mark(false)
    if (event.dataTransfer === null || event.dataTransfer.files.length === 0) return
    input.files = event.dataTransfer.files
  })
}

/** Written as text, never as HTML: file names of the upload are in it. */
function showProblems(place: HTMLElement, error: unknown): void {
  const refused = error instanceof Refused ? error : undefined
  const box = element('div', 'error-summary')
  box.setAttribute('role', 'alert')
  box.append(
    element('p', 'error-summary-title', refused?.message ?? 'Something went wrong in this page.'),
    element('p', '', refused?.remedy ?? 'Reload it and try again.'),
  )
  if (refused !== undefined && refused.problems.length > 0) {
    const list = element('ul', 'problem-list')
    list.append(...refused.problems.map(problemLine))
    box.append(list)
  }
  place.replaceChildren(box)
  place.focus()
}

function problemLine({ where, what, remedy }: Problem): HTMLElement {
  const line = element('li', '')
  line.append(element('span', 'problem-where', where), ` ${what}`)
  if (remedy !== '') line.append(element('div', 'muted', remedy))
  return line
}

function element(tag: string, className: string, text = ''): HTMLElement {
  const made = document.createElement(tag)
  if (className !== '') made.className = className
  made.textContent = text
  return made
}

function find<Kind extends HTMLElement>(root: HTMLElement, selector: string, kind: new () => Kind): Kind {
  const found = root.querySelector(selector)
  if (found instanceof kind) return found
  throw new Error(`The page has no ${selector}.`)
}
