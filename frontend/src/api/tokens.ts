/**
 * The access token lives in memory only; the refresh token is a cookie no script can read.
 * A flag in local storage says whether there may be one, so that a first visit asks for nothing.
 */
import type { components } from './schema'

export type SignedIn = components['schemas']['SignedInOut']

const FLAG = 'was-signed-in'
let token = ''
let renewing: Promise<SignedIn | null> | null = null
const listeners = new Set<(signedIn: SignedIn | null) => void>()

export function accessToken(): string {
  return token
}

export function mayBeSignedIn(): boolean {
  return localStorage.getItem(FLAG) === 'yes'
}

/** Tell everybody who is signed in now; null: nobody. */
export function settle(signedIn: SignedIn | null): void {
  token = signedIn?.access_token ?? ''
  if (signedIn) localStorage.setItem(FLAG, 'yes')
  else localStorage.removeItem(FLAG)
  for (const listener of listeners) listener(signedIn)
}

export function onSettled(listener: (signedIn: SignedIn | null) => void): () => void {
  listeners.add(listener)
  return () => listeners.delete(listener)
}

/** Get the next access token with the cookie; several callers share one request. */
export function renew(): Promise<SignedIn | null> {
  renewing ??= exchange().finally(() => {
    renewing = null
  })
  return renewing
}

async function exchange(): Promise<SignedIn | null> {
  const response = await fetch('/api/v1/auth/refresh', { method: 'POST' }).catch(() => null)
  // Without a line nobody is signed out: the next request tries again.
  if (!response || response.status >= 500) return null
  const signedIn = response.ok ? ((await response.json()) as SignedIn) : null
  settle(signedIn)
  return signedIn
}
