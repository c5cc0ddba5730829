'use client'
/** Small pieces every page is made of. */
import { CircleAlert, Film, LoaderCircle } from 'lucide-react'
import { useQuery } from '@tanstack/react-query'
import { useEffect, useRef, useState, type ReactNode } from 'react'
import { askForBytes, Refusal, type Schemas } from '@/api/client'
import { useWords } from '@/i18n/context'
import type { Messages } from '@/i18n'

export type Asset = Schemas['AssetOut']

/** What went wrong, in the reader's words where they are known, with the API's own beside them. */
export function Problem({ error, retry }: { error: unknown; retry?: () => void }) {
  const words = useWords()
  if (!error) return null
  const refusal = error instanceof Refusal ? error : new Refusal(0, { code: 'unexpected' })
  const known = sentenceOf(words, refusal)
  return (
    <div className="notice tone-red" role="alert">
      <CircleAlert size={20} aria-hidden />
      <div className="grow stack tight">
        <p className="strong">{known ?? words.problem.title}</p>
        <FromServer text={known ? '' : refusal.message} />
        <FromServer text={refusal.hint} />
        {refusal.fields.map((field) => (
          <FromServer key={field.field + field.code} text={`${field.field}: ${field.message}`} />
        ))}
        <p className="small">{words.problem.code(refusal.code)}</p>
      </div>
      {retry && (
        <button className="button" onClick={retry}>
          {words.common.again}
        </button>
      )}
    </div>
  )
}

function sentenceOf(words: Messages, refusal: Refusal): string | undefined {
  if (refusal.code === 'offline') return words.problem.offline
  if (refusal.code === 'unexpected') return words.problem.unexpected
  return (words.problem.known as Record<string, string>)[refusal.code]
}

/** A sentence of the API, which speaks English. */
export function FromServer({ text }: { text: string }) {
  if (!text) return null
  return (
    <p className="small" lang="en" dir="ltr">
      {text}
    </p>
  )
}

export function Empty(props: { icon: ReactNode; title: string; text: string; children?: ReactNode }) {
  return (
    <div className="empty">
      <span className="mark">{props.icon}</span>
      <h2>{props.title}</h2>
      <p className="quiet">{props.text}</p>
      {props.children}
    </div>
  )
}

export function Busy({ label }: { label: string }) {
  return (
    <span className="row" role="status">
      <LoaderCircle className="spin" size={16} aria-hidden />
      {label}
    </span>
  )
}

const TONES: Record<Schemas['ProjectStatus'], string> = {
  draft: '',
  scripting: 'tone-accent',
  awaiting_approval: 'tone-yellow',
  generating: 'tone-accent',
  rendering: 'tone-accent',
  ready: 'tone-green',
  scheduled: 'tone-blue',
  published: 'tone-green',
  failed: 'tone-red',
  cancelled: '',
}

export function StatusBadge({ status }: { status: Schemas['ProjectStatus'] }) {
  return <span className={`badge ${TONES[status]}`}>{useWords().status[status]}</span>
}

/** Bytes behind the door as an address the page can show; the same hash is fetched once. */
export function useBytes(address: string | undefined): string | undefined {
  const found = useQuery({
    queryKey: ['bytes', address],
    queryFn: () => askForBytes(address ?? ''),
    enabled: Boolean(address),
    staleTime: Infinity,
  })
  const [url, setUrl] = useState<string>()
  useEffect(() => {
    if (!found.data) return
    const made = URL.createObjectURL(found.data)
    setUrl(made)
    return () => URL.revokeObjectURL(made)
  }, [found.data])
  return url
}

export function Picture({ asset, alt }: { asset: Asset | undefined; alt: string }) {
  const url = useBytes(asset?.media_type.startsWith('image/') ? asset.url : undefined)
  return (
    <span className="poster">
      {/* eslint-disable-next-line @next/next/no-img-element -- bytes come with a token */}
      {url ? <img src={url} alt={alt} decoding="async" /> : <Film size={18} aria-hidden />}
    </span>
  )
}

export function Dialog(props: { title: string; close: () => void; children: ReactNode; isWide?: boolean }) {
  const frame = useRef<HTMLDialogElement>(null)
  const words = useWords()
  useEffect(() => {
    const dialog = frame.current
    dialog?.showModal()
    return () => dialog?.close()
  }, [])
  return (
    <dialog ref={frame} className={props.isWide ? 'wide' : undefined} aria-label={props.title}
      onCancel={(event) => { event.preventDefault(); event.stopPropagation(); props.close() }}>
      <div className="stack">
        <div className="row spread">
          <h2>{props.title}</h2>
          <button className="button plain" onClick={props.close}>
            {words.common.close}
          </button>
        </div>
        {props.children}
      </div>
    </dialog>
  )
}

export function Tabs<T extends string>(props: {
  label: string
  value: T
  options: readonly (readonly [T, string])[]
  choose: (value: T) => void
}) {
  return (
    <div className="tabs" role="group" aria-label={props.label}>
      {props.options.map(([value, name]) => (
        <button key={value} aria-pressed={props.value === value} onClick={() => props.choose(value)}>
          {name}
        </button>
      ))}
    </div>
  )
}

/** A network by its own name; the channel of this machine in the reader's words. */
export function placeName(words: Messages, platform: string): string {
  return platform === 'local_channel' ? words.publish.localChannel : platform
}
