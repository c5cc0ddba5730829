'use client'
/** Who is signed in: asked once when the page opens, then kept by what signs in and out. */
import { useQueryClient } from '@tanstack/react-query'
import { createContext, useContext, useEffect, useState, type ReactNode } from 'react'
import { api } from './client'
import type { Schemas } from './client'
import { mayBeSignedIn, onSettled, renew, settle } from './tokens'

type User = Schemas['UserOut']
type Session = { state: 'asking' } | { state: 'out' } | { state: 'in'; user: User }

const Current = createContext<Session>({ state: 'asking' })

export function SessionProvider({ children }: { children: ReactNode }) {
  const [session, setSession] = useState<Session>({ state: 'asking' })
  const queries = useQueryClient()
  useEffect(() => {
    const stop = onSettled((signedIn) => {
      if (!signedIn) queries.clear()
      setSession(signedIn ? { state: 'in', user: signedIn.user } : { state: 'out' })
    })
    if (!mayBeSignedIn()) settle(null)
    // Without an answer the cookie may still be good: the next visit asks again.
    else void renew().then((signedIn) => signedIn ?? setSession({ state: 'out' }))
    return stop
  }, [queries])
  return <Current.Provider value={session}>{children}</Current.Provider>
}

export function useSession(): Session {
  return useContext(Current)
}

export async function signOut(): Promise<void> {
  await api.POST('/api/v1/auth/logout').catch(() => null)
  settle(null)
}
