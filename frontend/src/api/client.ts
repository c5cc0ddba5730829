/** Requests to the API: typed by its own document, signed in, and failing with one kind of error. */
import createClient from 'openapi-fetch'
import { accessToken, renew } from './tokens'
import type { components, paths } from './schema'

export type Schemas = components['schemas']
export type Problem = Schemas['Problem']

/** What the API answered instead of what was asked for, or that it could not be reached. */
export class Refusal extends Error {
  readonly status: number
  readonly code: string
  readonly hint: string
  readonly fields: Schemas['FieldProblem'][]

  constructor(status: number, problem: Partial<Problem>) {
    super(problem.detail ?? '')
    this.status = status
    this.code = problem.code ?? 'unexpected'
    this.hint = problem.hint ?? ''
    this.fields = problem.errors ?? []
  }
}

async function signedFetch(request: Request): Promise<Response> {
  const again = request.clone()
  const send = (one: Request) => {
    const token = accessToken()
    if (token) one.headers.set('Authorization', `Bearer ${token}`)
    return fetch(one)
  }
  const response = await send(request)
  const isDoor = /\/auth\/(login|register|refresh)$/.test(new URL(request.url).pathname)
  if (response.status !== 401 || isDoor || !(await renew())) return response
  return send(again)
}

export const api = createClient<paths>({ baseUrl: '', fetch: signedFetch })

/** The data of an answer. Throws a `Refusal` for everything else. */
export async function ask<T>(
  answer: Promise<{ data?: T; error?: unknown; response: Response }>,
): Promise<T> {
  const { data, error, response } = await answer.catch(() => {
    throw new Refusal(0, { code: 'offline' })
  })
  if (!response.ok) throw new Refusal(response.status, (error ?? {}) as Partial<Problem>)
  return data as T
}

/** Bytes behind the door, as a Blob: pictures and sounds, which are kept by the browser's cache. */
export async function askForBytes(address: string): Promise<Blob> {
  const response = await signedFetch(new Request(address)).catch(() => {
    throw new Refusal(0, { code: 'offline' })
  })
  if (!response.ok) {
    const problem: unknown = await response.json().catch(() => ({}))
    throw new Refusal(response.status, problem as Partial<Problem>)
  }
  return response.blob()
}

/** A new `Idempotency-Key` as parameters: what spends or posts is done once however often sent. */
export function once(): { 'Idempotency-Key': string } {
  const bytes = crypto.getRandomValues(new Uint8Array(16))
  return { 'Idempotency-Key': Array.from(bytes, (b) => b.toString(16).padStart(2, '0')).join('') }
}
