'use client'
/**
 * What happens, as it happens: one WebSocket for the whole page, opened with a ticket.
 * It comes back with the last number it saw, so that nothing is missed and nothing shown twice.
 */
import { useQueryClient, type QueryClient } from '@tanstack/react-query'
import { createContext, useContext, useEffect, useRef, useState, type ReactNode } from 'react'
import { api, ask, type Schemas } from './client'
import { useSession } from './session'

export type LiveEvent = Schemas['EventView']
export type Line = 'connecting' | 'open' | 'lost'
type Listener = (event: LiveEvent) => void

const LONGEST_PAUSE_MS = 15_000
const Live = createContext<{ line: Line; listeners: Set<Listener> }>({
  line: 'connecting',
  listeners: new Set(),
})

export function LiveProvider({ children }: { children: ReactNode }) {
  const [line, setLine] = useState<Line>('connecting')
  const listeners = useRef(new Set<Listener>()).current
  const queries = useQueryClient()
  const isIn = useSession().state === 'in'
  useEffect(() => {
    if (!isIn) return
    return follow(setLine, () => void queries.invalidateQueries(), (event) => {
      refetchAfter(queries, event)
      for (const listener of listeners) listener(event)
    })
  }, [isIn, listeners, queries])
  return <Live.Provider value={{ line, listeners }}>{children}</Live.Provider>
}

export function useLine(): Line {
  return useContext(Live).line
}

/** Call `listener` with every event while the component stands. */
export function useLiveEvents(listener: Listener): void {
  const { listeners } = useContext(Live)
  const latest = useRef(listener)
  latest.current = listener
  useEffect(() => {
    const call: Listener = (event) => latest.current(event)
    listeners.add(call)
    return () => void listeners.delete(call)
  }, [listeners])
}

function follow(
  setLine: (line: Line) => void,
  beginAnew: () => void,
  tell: Listener,
): () => void {
  let last: number | null = null
  let socket: WebSocket | null = null
  let isOver = false
  let failures = 0
  let timer: ReturnType<typeof setTimeout> | undefined

  const comeBack = () => {
    if (isOver) return
    setLine('lost')
    timer = setTimeout(open, Math.min(LONGEST_PAUSE_MS, 500 * 2 ** failures++))
  }
  const open = async () => {
    const ticket = await ask(api.POST('/api/v1/events/tickets')).catch(() => null)
    if (isOver) return
    if (!ticket) return comeBack()
    const address = new URL('/api/v1/events', location.href.replace(/^http/, 'ws'))
    address.searchParams.set('ticket', ticket.ticket)
    if (last !== null) address.searchParams.set('after', String(last))
    socket = new WebSocket(address)
    socket.onopen = () => {
      failures = 0
      setLine('open')
      // What happened before the first number was heard is asked for instead.
      if (last === null) beginAnew()
    }
    socket.onmessage = (message: MessageEvent<string>) => {
      const event = JSON.parse(message.data) as Partial<LiveEvent>
      if (event.id === undefined || event.id <= (last ?? 0)) return
      last = event.id
      tell(event as LiveEvent)
    }
    socket.onclose = comeBack
  }
  void open()
  return () => {
    isOver = true
    clearTimeout(timer)
    socket?.close()
  }
}

/** Which answers an event makes stale; progress alone is shown from the event itself. */
function refetchAfter(queries: QueryClient, event: LiveEvent): void {
  const stale = (key: readonly unknown[]) => void queries.invalidateQueries({ queryKey: key })
  if (event.kind === 'stage.progress') return
  const [noun] = event.kind.split('.')
  if (noun === 'publication') stale(['publications'])
  if (noun === 'account') stale(['accounts'])
  if (noun !== 'publication') stale(['projects'])
  if (event.project) stale(['project', event.project])
  // What fell between the first answer and the first number heard is made good here.
  if (event.kind === 'stage.ended' || event.kind === 'project.status') stale(['log', event.project])
  if (noun === 'asset' || noun === 'video' || event.kind === 'stage.ended') stale(['assets'])
}
