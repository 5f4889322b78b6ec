import { crc32, deflateSync } from 'node:zlib'

const WIDTH = 480
const HEIGHT = 320
const LEFT = 40
const FLOOR = HEIGHT - 40

/** A picture such as a scoring program draws, as a PNG: a curve over its axes, in two colours. */
export const PLOT_PNG: Buffer = drawPlot()

function drawPlot(): Buffer {
  // Each row begins with the number of its filter: none.
  const rows = Array.from({ length: HEIGHT }, () => Buffer.alloc(1 + WIDTH * 3, 255).fill(0, 0, 1))
  const dot = (x: number, y: number, colour: readonly number[]) =>
    rows[Math.round(y)]?.set(colour, 1 + Math.round(x) * 3)
  for (let x = LEFT; x < WIDTH - 20; x += 1) dot(x, FLOOR, [90, 90, 90])
  for (let y = 20; y < FLOOR; y += 1) dot(LEFT, y, [90, 90, 90])
  for (let step = 0; step <= 4000; step += 1) {
    const share = step / 4000
    const x = LEFT + share * (WIDTH - LEFT - 20)
    for (const thick of [0, 1, 2]) dot(x, FLOOR - share ** 0.35 * (FLOOR - 20) + thick, [15, 95, 112])
    if (step % 80 < 40) dot(x, FLOOR - share * (FLOOR - 20), [170, 60, 60])
  }
  const header = Buffer.alloc(13)
  header.writeUInt32BE(WIDTH, 0)
  header.writeUInt32BE(HEIGHT, 4)
  header.set([8, 2], 8) // eight bits of red, green and blue
  return Buffer.concat([
    Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'),
    chunk('IHDR', header),
    chunk('IDAT', deflateSync(Buffer.concat(rows))),
    chunk('IEND', Buffer.of()),
  ])
}

function chunk(name: string, data: Buffer): Buffer {
  const named = Buffer.concat([Buffer.from(name, 'latin1'), data])
  const length = Buffer.alloc(4)
  length.writeUInt32BE(data.length)
  const sum = Buffer.alloc(4)
  sum.writeUInt32BE(crc32(named))
  return Buffer.concat([length, named, sum])
}
