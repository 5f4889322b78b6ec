import { describe, expect, it } from 'vitest'
import { dataForCompetition } from './data-for-competition.ts'

describe('the data of a site for a competition', () => {
  it.each([
    ['7', { id: 7, title: 'Sepsis' }, true],
    ['7', { id: 8, title: '7' }, false],
    ['Sepsis', { id: 7, title: 'Sepsis' }, true],
    ['Sepsis', { id: 7, title: 'Sepsis 2' }, false],
    ['Sepsis*', { id: 7, title: 'Sepsis (2026)\nround 1' }, true],
    ['*', { id: 7, title: '' }, true],
    ['S.psis', { id: 7, title: 'Sepsis' }, false],
    ['a*b', { id: 7, title: 'ab' }, true],
    ['a(b*', { id: 7, title: 'a(bc' }, true],
  ])('for %j: %j sees it: %j', (competition, job, sees) => {
    const mount = { competition, source: '/site', target: '/app/data', runs: ['scoring' as const] }
    expect(dataForCompetition([mount], job)).toEqual(sees ? [mount] : [])
  })
})
