import { describeEscapes } from './suite-in-tests.ts'

await describeEscapes('bubblewrap')
