// Uploads a file with tus-js-client, the client of browsers and apps; prints each accepted offset, then the end.
// Arguments: address of the upload, path of the file, bytes of a chunk, offset at which to abort (0: never).
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'

const [uploadUrl, path, chunk, abortAt] = process.argv.slice(2)
const require = createRequire(import.meta.url)
const { Upload } = require('tus-js-client')

const say = (line) => console.log(JSON.stringify(line))
const upload = new Upload(readFileSync(path), {
  uploadUrl,
  chunkSize: Number(chunk),
  retryDelays: [0, 50, 100, 200, 400, 800, 1600],
  onChunkComplete: (size, accepted) => {
    say({ accepted })
    if (Number(abortAt) && accepted >= Number(abortAt)) upload.abort().then(() => say({ aborted: accepted }))
  },
  onSuccess: () => say({ complete: true }),
  onError: (error) => say({ failed: error.originalResponse?.getStatus() ?? 0 }),
})
upload.start()
