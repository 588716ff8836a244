// Runs the tus project's own server: prints the address of one upload of the given length, then its offset whenever it is complete.
// Arguments: folder of the files, bytes of the upload.
import { createRequire } from 'node:module'

const [directory, length] = process.argv.slice(2)
const require = createRequire(import.meta.url)
const { Server, EVENTS } = require('@tus/server')
const { FileStore } = require('@tus/file-store')

const tus = new Server({ path: '/files', datastore: new FileStore({ directory }), respectForwardedHeaders: false })
tus.on(EVENTS.POST_FINISH, (request, response, upload) => console.log(JSON.stringify({ complete: upload.offset })))
const listener = tus.listen({ host: '127.0.0.1', port: 0 }, async () => {
  const { port } = listener.address()
  const headers = { 'Tus-Resumable': '1.0.0', 'Upload-Length': length }
  const created = await fetch(`http://127.0.0.1:${port}/files`, { method: 'POST', headers })
  const url = new URL(created.headers.get('Location'), `http://127.0.0.1:${port}`)
  console.log(JSON.stringify({ url: url.href, status: created.status }))
})
