import type { EscapeCase } from '../../case.ts'

export const attack: EscapeCase = {
  id: 'order-of-keys',
  family: 11,
  tries:
    'A hundred undeclared keys stand in an order that means something, with white space that means more.',
  plants: 'The secret in the order, in spaces and tabs, in escapes and in how numbers are spelled.',
  defence: 'Only declared columns leave, written anew in their declared order.',
  expect: 'contained',
  quick: false,
  control: 'escapes',
}
