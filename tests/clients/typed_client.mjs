// A person's first minutes with the typed client against the running stack. Arguments: built client, address, phone.
const [built, baseUrl, phone] = process.argv.slice(2)
const { createClient, memoryStore } = await import(built)

let kept = null
const store = memoryStore()
const api = createClient({ baseUrl: `${baseUrl}/api`, store, onToken: (token) => (kept = token) })
const told = {}

await api.request('post', '/api/auth/request-code', { body: { phone } })
const inbox = await (await fetch(`${baseUrl}/_local/sms?phone=${encodeURIComponent(phone)}`)).json()
const code = inbox[0].text.match(/\b\d{4,8}\b/)[0]
const wrong = await api.signIn(phone, code === '000000'.slice(0, code.length) ? code.replace(/0/g, '1') : '0'.repeat(code.length))
told.wrong = wrong.failure.code
told.signedIn = (await api.signIn(phone, code)).ok
told.me = (await api.request('get', '/api/auth/me')).data

const session = await store.load()
await store.save({ ...session, expiresAt: 0 })
told.again = (await api.request('get', '/api/auth/me')).ok
told.refreshed = kept !== session.token

const body = { category: 'car', title: 'Toyota Camry', price: 1200000, details: { brand: 'Toyota', model: 'Camry', year: 2018 } }
const [first, second] = await Promise.all([1, 2].map(() => api.request('post', '/api/listings', { body, idempotencyKey: 'one' })))
told.listings = [first, second].map((result) => result.data?.id ?? result.failure.code)
const faulty = await api.request('post', '/api/listings', { body: { ...body, price: -1 } })
told.faulty = [faulty.failure.code, faulty.failure.details.map(({ field }) => field)]

await api.signOut()
told.out = (await api.request('get', '/api/auth/me')).failure.code
console.log(JSON.stringify(told))
