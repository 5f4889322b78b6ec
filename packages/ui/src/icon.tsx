import type { FC } from 'hono/jsx'

/** The 16-pixel line icons. One word names the picture; what it means is said by the text beside it. */
export type IconName =
  | 'alert'
  | 'arrow-right'
  | 'ban'
  | 'bars'
  | 'check'
  | 'check-circle'
  | 'chevron-down'
  | 'chevron-left'
  | 'chevron-right'
  | 'chevron-up'
  | 'circle'
  | 'clock'
  | 'cross'
  | 'cross-circle'
  | 'dashed-circle'
  | 'download'
  | 'file'
  | 'half-circle'
  | 'inbox'
  | 'info'
  | 'lock'
  | 'pause'
  | 'play'
  | 'search'
  | 'send'
  | 'upload'

const PATHS = {
  alert: 'M8 2.2 14.4 13.4H1.6L8 2.2ZM8 6.4v3.2M8 11.4v.1',
  'arrow-right': 'M2.5 8h11M9 3.5 13.5 8 9 12.5',
  ban: 'M8 1.8a6.2 6.2 0 1 0 0 12.4A6.2 6.2 0 0 0 8 1.8ZM3.7 3.7l8.6 8.6',
  bars: 'M3 13.5V9M8 13.5v-11M13 13.5V6',
  check: 'm3 8.6 3.4 3.4L13 4.6',
  'check-circle': 'M8 1.8a6.2 6.2 0 1 0 0 12.4A6.2 6.2 0 0 0 8 1.8ZM5.2 8.2l2 2 3.7-4.1',
  'chevron-down': 'm3.5 6 4.5 4.5L12.5 6',
  'chevron-left': 'M10 3.5 5.5 8l4.5 4.5',
  'chevron-right': 'M6 3.5 10.5 8 6 12.5',
  'chevron-up': 'm3.5 10 4.5-4.5 4.5 4.5',
  circle: 'M8 1.8a6.2 6.2 0 1 0 0 12.4A6.2 6.2 0 0 0 8 1.8Z',
  clock: 'M8 1.8a6.2 6.2 0 1 0 0 12.4A6.2 6.2 0 0 0 8 1.8ZM8 4.8V8l2.2 1.6',
  cross: 'm4 4 8 8M12 4l-8 8',
  'cross-circle': 'M8 1.8a6.2 6.2 0 1 0 0 12.4A6.2 6.2 0 0 0 8 1.8ZM5.8 5.8l4.4 4.4M10.2 5.8l-4.4 4.4',
  'dashed-circle':
    'M6.4 2a6.2 6.2 0 0 1 3.2 0M12.4 3.6A6.2 6.2 0 0 1 14 6.4M14 9.6a6.2 6.2 0 0 1-1.6 2.8M9.6 14a6.2 6.2 0 0 1-3.2 0M3.6 12.4A6.2 6.2 0 0 1 2 9.6M2 6.4a6.2 6.2 0 0 1 1.6-2.8',
  download: 'M8 2v8.2M4.6 7 8 10.4 11.4 7M2.5 13.6h11',
  file: 'M9.2 1.8H4.4a1 1 0 0 0-1 1v10.4a1 1 0 0 0 1 1h7.2a1 1 0 0 0 1-1V5.2L9.2 1.8ZM9 2v3.4h3.4',
  'half-circle': 'M8 1.8a6.2 6.2 0 1 0 0 12.4A6.2 6.2 0 0 0 8 1.8ZM8 2v12M10 2.6v10.8M12 4v8',
  inbox: 'M1.8 9h3.4l1.2 2h3.2l1.2-2h3.4M4 2.8h8L14.2 9v3.4a1 1 0 0 1-1 1H2.8a1 1 0 0 1-1-1V9L4 2.8Z',
  info: 'M8 1.8a6.2 6.2 0 1 0 0 12.4A6.2 6.2 0 0 0 8 1.8ZM8 7.4v3.6M8 5v.1',
  lock: 'M4 7.2h8a.8.8 0 0 1 .8.8v5.2a.8.8 0 0 1-.8.8H4a.8.8 0 0 1-.8-.8V8a.8.8 0 0 1 .8-.8ZM5.2 7V4.8a2.8 2.8 0 0 1 5.6 0V7',
  pause: 'M8 1.8a6.2 6.2 0 1 0 0 12.4A6.2 6.2 0 0 0 8 1.8ZM6.4 5.8v4.4M9.6 5.8v4.4',
  play: 'M8 1.8a6.2 6.2 0 1 0 0 12.4A6.2 6.2 0 0 0 8 1.8ZM6.6 5.4v5.2L10.8 8 6.6 5.4Z',
  search: 'M7 2.2a4.8 4.8 0 1 0 0 9.6 4.8 4.8 0 0 0 0-9.6ZM10.6 10.6l3.2 3.2',
  send: 'M14 2 7 9M14 2 9.6 14 7 9 2 6.4 14 2Z',
  upload: 'M8 10.4V2.2M4.6 5.4 8 2l3.4 3.4M2.5 13.6h11',
} as const satisfies Record<IconName, string>

/** A decorative icon, hidden from screen readers: the words beside it carry the meaning. */
export const Icon: FC<{ name: IconName }> = ({ name }) => (
  <svg class="icon" viewBox="0 0 16 16" width="16" height="16" aria-hidden="true" focusable="false">
    <path
      d={PATHS[name]}
      fill="none"
      stroke="currentColor"
      stroke-width="1.5"
      stroke-linecap="round"
      stroke-linejoin="round"
    />
  </svg>
)

/** The mark: a closed room with the scores inside it; one of them, let out, reaches through the wall. */
export const Mark: FC = () => (
  <svg class="mark" viewBox="0 0 24 24" width="24" height="24" aria-hidden="true" focusable="false">
    <rect class="mark-room" width="24" height="24" rx="6" />
    <path class="mark-held" d="M6 7.5h6M6 16.5h4" stroke-width="2.5" stroke-linecap="round" />
    <path class="mark-released" d="M6 12h18" stroke-width="2.5" stroke-linecap="butt" />
  </svg>
)
