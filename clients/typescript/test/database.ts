// Compiled, never run: the app's own supabase-js over the type of the schema.
import { createClient } from 'supabase-js-of-the-app'
import type { Database } from '../src/index.js'

const supabase = createClient<Database>('https://project.test', 'key')

export async function accepted(thread: string, me: string): Promise<string | null> {
  const { data: cars } = await supabase
    .from('listings')
    .select('id, title, price, seller:users!seller_user_id(name, avatar_url), car_details(brand, year)')
    .eq('status', 'active')
    .limit(20)
  await supabase.from('chat_messages').insert({ thread_id: thread, sender_id: me, body: 'Салам' })
  await supabase.from('users').update({ name: 'Айбек' }).eq('id', me)
  const year: number | null | undefined = cars?.[0]?.car_details?.year
  return year ? (cars?.[0]?.seller?.name ?? null) : null
}

export async function refused(me: string): Promise<void> {
  // @ts-expect-error nobody makes a moderator of himself
  await supabase.from('users').update({ role: 'admin' }).eq('id', me)
  // @ts-expect-error paid slots are bought
  await supabase.from('users').update({ paid_slots: 100 }).eq('id', me)
  // @ts-expect-error no such column
  await supabase.from('listings').insert({ tittle: 'x' })
  // @ts-expect-error one-time codes are the backend's alone
  await supabase.from('verification_codes').select('code_hash')
}
