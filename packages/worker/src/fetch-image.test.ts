import pino from 'pino'
import { describe, expect, it } from 'vitest'
import { ensureImage } from './fetch-image.ts'
import { findTestSandboxes } from './test-sandboxes-rig.ts'

const log = pino({ level: 'silent' })
// Nothing listens there, so that an attempt to fetch fails at once, and can be told from none.
const ELSEWHERE = `127.0.0.1:9/image@sha256:${'0a'.repeat(32)}`

for (const { name, sandbox, image } of await findTestSandboxes()) {
  describe(`the image of a run, for ${name}`, () => {
    const ensured = async (wanted: string, pull: 'never' | 'if-missing') => {
      const asked: string[] = []
      const watched = {
        ...sandbox,
        fetchImage: (reference: string, given: Parameters<typeof sandbox.fetchImage>[1]) => {
          asked.push(reference)
          return sandbox.fetchImage(reference, given)
        },
      }
      const { signal } = new AbortController()
      const isThere = await ensureImage({ image: wanted, pull, gpu: [] }, { sandbox: watched, signal, log })
      return { isThere, asked }
    }

    it('is taken when it is there, and nothing is fetched', async () => {
      expect(await ensured(image, 'if-missing')).toEqual({ isThere: true, asked: [] })
    })

    it('is not fetched unless the policy says so', async () => {
      expect(await ensured(ELSEWHERE, 'never')).toEqual({ isThere: false, asked: [] })
    })

    it('control: is fetched where it does, and still missing when that fails', async () => {
      expect(await ensured(ELSEWHERE, 'if-missing')).toEqual({ isThere: false, asked: [ELSEWHERE] })
    })
  })
}
