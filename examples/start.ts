/** `npm start`: two softphones in a page. `npm start -- --call`: a whole call without a browser. */
import { parseArgs } from 'node:util'
import { wholeCall } from './node/whole-call.ts'
console.log(parseArgs({options:{call:{type:'boolean'}}}).values)
await wholeCall()
process.exit(0)
