import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { readRevoked, writeRevoke } from './celery-control.ts'
import { COMPUTE_TASK, readCeleryTask, writeCeleryTask } from './celery-message.ts'
import prediction from './fixtures/prediction-message.json' with { type: 'json' }
import scoring from './fixtures/scoring-message.json' with { type: 'json' }
import { linkExpiry } from './link-expiry.ts'
import { scoresRequest, standingRequest, statusRequest } from './platform-words.ts'
import { type CodabenchRun, CodabenchSecret, readRunArguments } from './run-arguments.ts'
import { reviveTyped } from './typed-json.ts'
import { writeRunArguments } from './write-run-arguments.ts'

const Recorded = z.object({
  properties: z.object({ content_type: z.string() }),
  headers: z.record(z.string(), z.unknown()),
  body_text: z.string(),
})

/** A message of an unmodified site, as it was recorded. */
function recorded(step: 'prediction' | 'scoring') {
  const { properties, headers, body_text } = Recorded.parse({ prediction, scoring }[step])
  return { contentType: properties.content_type, headers, content: new TextEncoder().encode(body_text) }
}

function runOf(message: Parameters<typeof readCeleryTask>[0]): CodabenchRun {
  const task = readCeleryTask(message)
  if (task.kind !== 'task') throw new Error(task.why)
  const reading = readRunArguments(task.runArguments)
  if (reading.kind !== 'run') throw new Error(reading.keys.join())
  return reading.run
}

const utf8 = (value: unknown) => new TextEncoder().encode(JSON.stringify(value))

describe('recorded messages of an unmodified site', () => {
  test('a prediction run is read, its typed secret as plain text', () => {
    const run = runOf(recorded('prediction'))
    expect(run).toMatchObject({
      kind: 'prediction',
      submissionId: 1,
      userId: 1,
      secret: '806e573a-64c1-427c-842a-63fe8f9b280a',
      apiUrl: 'http://127.0.0.1:18080/api',
      timeLimitSeconds: 60,
      ingestionOnlyDuringScoring: false,
      humanInTheLoop: false,
    })
    if (run.kind !== 'prediction') throw new Error('not a prediction run')
    expect(run.submission).toContain('/submission.zip?')
    expect(run.logs.ingestionStdout).toContain('/prediction_ingestion_stdout.txt?')
  })

  test('a scoring run is read', () => {
    const run = runOf(recorded('scoring'))
    if (run.kind !== 'scoring') throw new Error('not a scoring run')
    expect(run.scoringProgram).toMatch(/^http.*\.zip\?/)
    expect(run.scoringResult).toMatch(/^http.*scoring_result\.zip\?/)
    expect(run.detailedResults).toMatch(/^http.*detailed_results\.html\?/)
  })

  test('what we write of a run reads as the same run, for both steps', () => {
    for (const step of ['prediction', 'scoring'] as const) {
      const run = runOf(recorded(step))
      const publication = writeCeleryTask({
        id: 'a2b6bc8b-b99c-408a-92a1-f0313acbf53c',
        runArguments: writeRunArguments(run),
        softLimitSeconds: 1260,
        priority: 0,
      })
      const { content, headers, properties } = publication
      expect(runOf({ contentType: properties.contentType, headers, content })).toEqual({
        ...run,
        // Generation 2 gets the submission in both runs; a site of generation 1 names it in the first alone.
        submission: run.submission,
      })
    }
  })

  test('our message has every header and property of the recorded one, and no secret outside its body', () => {
    const { headers } = recorded('scoring')
    const run = runOf(recorded('scoring'))
    const ours = writeCeleryTask({
      id: 'x',
      runArguments: writeRunArguments(run),
      softLimitSeconds: 1,
      priority: 10,
    })
    expect(Object.keys(ours.headers).sort()).toEqual(Object.keys(headers).sort())
    const outside = JSON.stringify({ ...ours, content: undefined })
    expect(outside).not.toContain(run.secret)
    expect(outside).not.toContain('Signature')
  })

  test('our run arguments have every key of the recorded ones', () => {
    for (const step of ['prediction', 'scoring'] as const) {
      const task = readCeleryTask(recorded(step))
      if (task.kind !== 'task') throw new Error(task.why)
      const keys = Object.keys(z.record(z.string(), z.unknown()).parse(task.runArguments))
      expect(Object.keys(writeRunArguments(runOf(recorded(step))))).toEqual(expect.arrayContaining(keys))
    }
  })
})

describe('messages that nobody can use are told apart, never thrown', () => {
  const good = recorded('prediction')

  test.each([
    ['without a content type', { ...good, contentType: undefined }],
    ['pickled', { ...good, contentType: 'application/x-python-serialize' }],
    ['not JSON', { ...good, content: new TextEncoder().encode('[[') }],
    ['not UTF-8', { ...good, content: Uint8Array.of(0x22, 0xff, 0x22) }],
    ['another task', { ...good, headers: { ...good.headers, task: 'something_else' } }],
    [
      'a date where a UUID may be',
      { ...good, content: utf8([[{ a: { __type__: 'datetime', __value__: '' } }], {}, {}]) },
    ],
    ['no arguments', { ...good, content: utf8([[], {}, {}]) }],
    ['a megabyte and more', { ...good, content: new Uint8Array(1_048_577) }],
  ])('%s', (_, message) => {
    expect(readCeleryTask(message).kind).toBe('unusable')
  })

  test('the smallest message that Celery accepts is a task, with arguments by place or by name, and one of protocol 1', () => {
    const headers = { task: COMPUTE_TASK, id: 'one' }
    const contentType = 'application/json'
    const expected = { kind: 'task', id: 'one', runArguments: { id: 1 } }
    expect(readCeleryTask({ contentType, headers, content: utf8([[{ id: 1 }], {}, {}]) })).toEqual(expected)
    expect(
      readCeleryTask({ contentType, headers, content: utf8([[], { run_args: { id: 1 } }, null]) }),
    ).toEqual(expected)
    const first = utf8({ task: COMPUTE_TASK, id: 'one', args: [{ id: 1 }], kwargs: {} })
    expect(readCeleryTask({ contentType, headers: {}, content: first })).toEqual(expected)
  })

  test('any bytes and any headers give an answer', () => {
    fc.assert(
      fc.property(fc.uint8Array(), fc.jsonValue(), fc.jsonValue(), (bytes, headers, body) => {
        for (const content of [bytes, utf8(body)]) {
          const task = readCeleryTask({ contentType: 'application/json', headers, content })
          if (task.kind === 'task') readRunArguments(task.runArguments)
          readRevoked(content)
        }
      }),
    )
  })

  test('what is wrong with run arguments is told by key, and no value is told', () => {
    const reading = readRunArguments({
      id: 1,
      secret: 'not-a-uuid',
      submissions_api_url: 'file:///etc/passwd',
    })
    if (reading.kind !== 'unusable') throw new Error('it was read')
    expect(reading.keys).toEqual(expect.arrayContaining(['secret', 'submissions_api_url', 'is_scoring']))
    expect(JSON.stringify(reading)).not.toContain('passwd')
  })
})

test('arguments of generation 2 are read by their own names', () => {
  const task = readCeleryTask(recorded('scoring'))
  if (task.kind !== 'task') throw new Error(task.why)
  const first = z.record(z.string(), z.unknown()).parse(task.runArguments)
  const { program_data, ...others } = first
  const second = readRunArguments({
    ...others,
    scoring_program_data: program_data,
    submission_data: 'https://storage.example/s.zip',
    human_in_the_loop: true,
  })
  expect(second).toMatchObject({
    kind: 'run',
    run: { scoringProgram: program_data, submission: 'https://storage.example/s.zip', humanInTheLoop: true },
  })
})

describe('typed JSON', () => {
  test('a UUID becomes its text, wherever it stands, and everything else stays', () => {
    fc.assert(
      fc.property(fc.uuid(), fc.jsonValue(), (uuid, other) => {
        fc.pre(!JSON.stringify(other).includes('__type__'))
        const typed = { __type__: 'uuid', __value__: { hex: uuid.replaceAll('-', '') } }
        expect(reviveTyped([{ a: typed, other }])).toEqual({
          kind: 'plain',
          value: [{ a: uuid, other: other }],
        })
      }),
    )
  })
})

describe('remote control', () => {
  test('a revocation names its task; pings and noise name none', () => {
    expect(readRevoked(writeRevoke('one', new Date(0)).content)).toEqual(['one'])
    expect(readRevoked(utf8({ method: 'ping', arguments: {} }))).toEqual([])
    expect(readRevoked(Uint8Array.of(1, 2, 3))).toEqual([])
  })
})

describe('requests to the site', () => {
  const secret = CodabenchSecret.parse('806e573a-64c1-427c-842a-63fe8f9b280a')
  const speaker = { submissionId: 7, secret }

  test('a status is a form with nothing that is null', () => {
    expect(statusRequest(speaker, 'Awaiting validation')).toEqual({
      method: 'PATCH',
      path: '/submissions/7/',
      contentType: 'application/x-www-form-urlencoded',
      body: `status=Awaiting+validation&secret=${speaker.secret}`,
    })
    expect(standingRequest(speaker).body).toBe(`secret=${speaker.secret}`)
  })

  test('a failure says a fixed sentence', () => {
    const { body } = statusRequest(speaker, 'Failed', 'time-limit')
    expect(new URLSearchParams(body).get('status_details')).toBe(
      'The time limit was reached before the run ended.',
    )
  })

  test('scores go as the digits stand, in the order given', () => {
    const { body } = scoresRequest(speaker, [
      { column: 'b', value: '0.10' },
      { column: 'a', value: '12' },
    ])
    expect(body).toBe(`{"secret":"${speaker.secret}","scores":{"b":0.10,"a":12}}`)
    expect(() => scoresRequest(speaker, [{ column: 'a', value: '1e9' }])).toThrow()
  })
})

describe('when links end', () => {
  test.each([
    ['S3', 'https://s/x?X-Amz-Date=20261124T101500Z&X-Amz-Expires=432000', '2026-11-29T10:15:00.000Z'],
    ['Google', 'https://s/x?X-Goog-Date=20261124T101500Z&X-Goog-Expires=60', '2026-11-24T10:16:00.000Z'],
    ['S3, version 2', 'https://s/x?Expires=1795515300', '2026-11-24T10:15:00.000Z'],
    ['a hub of ours', 'https://s/x?expires=1795515300&signature=x', '2026-11-24T10:15:00.000Z'],
    ['Azure', 'https://s/x?se=2026-11-29T10%3A15%3A00Z&sp=r', '2026-11-29T10:15:00.000Z'],
  ])('%s', (_, link, end) => {
    expect(linkExpiry(link)?.toISOString()).toBe(end)
  })

  test('a link that says nothing of it has no end that we know', () => {
    expect(linkExpiry('https://s/x?X-Amz-Expires=432000')).toBeUndefined()
    expect(linkExpiry('https://s/x?X-Amz-Date=yesterday&X-Amz-Expires=432000')).toBeUndefined()
  })
})
