// Compiled, never run: what the compiler must accept, and what it must refuse.
import { type CodeOf, createClient, everyCodeHandled } from '../src/index.js'

const api = createClient({ baseUrl: 'https://api.test' })

export async function accepted(): Promise<string> {
  const found = await api.request('get', '/api/listings/{listing_id}', { path: { listing_id: 'x' } })
  if (!found.ok) return found.failure.message
  const title: string = found.data.title
  const me = await api.request('get', '/api/auth/me')
  return me.ok ? title : me.failure.code
}

export async function refused(): Promise<void> {
  // @ts-expect-error no such path
  await api.request('get', '/api/nowhere')
  // @ts-expect-error the path does not answer this method
  await api.request('delete', '/api/auth/me')
  // @ts-expect-error the id is missing
  await api.request('get', '/api/listings/{listing_id}')
  // @ts-expect-error no such field
  await api.request('post', '/api/auth/request-code', { body: { telephone: '+996700123456' } })
  const result = await api.request('get', '/api/auth/me')
  // @ts-expect-error not before `ok` was looked at
  result.data.id
  // @ts-expect-error no code of this operation
  if (!result.ok && result.failure.code === 'business_team_full') return
}

export function sentence(code: CodeOf<'post', '/api/chat/threads'>): string {
  // @ts-expect-error not every code has a branch
  return code === 'not_found' ? 'Нет' : everyCodeHandled(code)
}
