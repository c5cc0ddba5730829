'use client'
/** Everything films are made of, across projects, with where it came from and what it cost. */
import { useInfiniteQuery, useQueryClient } from '@tanstack/react-query'
import { Captions, Film, Images, Mic, Music, Upload } from 'lucide-react'
import Link from 'next/link'
import { useState, type ReactNode } from 'react'
import { api, ask } from '@/api/client'
import { useProjects } from '@/api/queries'
import { useFormats, useLocale, useWords } from '@/i18n/context'
import { Dialog, Empty, Picture, Problem, useBytes, type Asset } from '@/ui/basics'
import { sendFile } from './upload'

const KINDS = ['image', 'film', 'voice', 'music', 'captions', 'video', 'avatar', 'audio'] as const
type Kind = (typeof KINDS)[number]
const ICONS: Partial<Record<string, ReactNode>> = {
  film: <Film aria-hidden />,
  voice: <Mic aria-hidden />,
  music: <Music aria-hidden />,
  captions: <Captions aria-hidden />,
}
const PAGE = 60
const TYPES = 'image/*,video/mp4,video/webm,video/quicktime,audio/*'

export function Library() {
  const words = useWords()
  const [kind, setKind] = useState<Kind | ''>('image')
  const [project, setProject] = useState('')
  const [isCurrent, setCurrent] = useState(true)
  const [open, setOpen] = useState<Asset>()
  const projects = useProjects().data?.pages.flatMap((page) => page.items) ?? []
  const query = { kind, project, limit: PAGE, ...(isCurrent && { current: true }) }
  const found = useInfiniteQuery({
    queryKey: ['assets', query],
    queryFn: ({ pageParam }) => ask(api.GET('/api/v1/assets', { params: { query: { ...query, cursor: pageParam } } })),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.next || undefined,
  })
  const assets = found.data?.pages.flatMap((page) => page.items) ?? []
  return (
    <>
      <div className="page-head">
        <h1>{words.library.title}</h1>
        <Uploads />
      </div>
      <div className="toolbar">
        <select className="input" value={kind} aria-label={words.library.kind} onChange={(event) => setKind(event.target.value as Kind | '')}>
          <option value="">{`${words.library.kind}: ${words.common.all}`}</option>
          {KINDS.map((one) => <option key={one} value={one}>{words.library.kinds[one]}</option>)}
        </select>
        <select className="input" value={project} aria-label={words.library.project} onChange={(event) => setProject(event.target.value)}>
          <option value="">{words.library.allProjects}</option>
          {projects.map((one) => <option key={one.id} value={one.id}>{one.title}</option>)}
        </select>
        <label className="check">
          <input type="checkbox" checked={isCurrent} onChange={(event) => setCurrent(event.target.checked)} />
          {words.library.current}
        </label>
      </div>
      <Problem error={found.error} retry={() => void found.refetch()} />
      {found.isSuccess && assets.length === 0 && (
        <div className="card">
          <Empty icon={<Images size={28} aria-hidden />} title={words.library.emptyTitle} text={words.library.emptyText} />
        </div>
      )}
      <ul className="grid">
        {assets.map((asset) => <li key={asset.id}><Tile asset={asset} open={() => setOpen(asset)} /></li>)}
      </ul>
      {found.hasNextPage && (
        <button className="button" disabled={found.isFetchingNextPage} onClick={() => void found.fetchNextPage()}>
          {words.common.more}
        </button>
      )}
      {open && <Details asset={open} close={() => setOpen(undefined)} />}
    </>
  )
}

function useKindName(): (asset: Asset) => string {
  const { kinds } = useWords().library
  return (asset) => (kinds as Record<string, string>)[asset.kind] ?? asset.kind
}

/** Who made it: a service, or the stage that lays services' work together; nobody for one's own file. */
function useMaker(): (asset: Asset) => string {
  const { stage } = useWords()
  return (asset) => asset.provider || ((stage as Record<string, string>)[asset.stage] ?? '')
}

function Tile({ asset, open }: { asset: Asset; open: () => void }) {
  const nameOf = useKindName()
  const makerOf = useMaker()
  const formats = useFormats()
  return (
    <button className="asset" onClick={open}>
      {asset.media_type.startsWith('image/') ? (
        <Picture asset={asset} alt={asset.prompt} />
      ) : (
        <span className="poster">{ICONS[asset.kind] ?? <Film aria-hidden />}</span>
      )}
      <span className="small strong cut" dir="auto">{asset.prompt || nameOf(asset)}</span>
      <span className="small quiet cut">{makerOf(asset) || String(asset.facts.name ?? '') || formats.day(asset.created_at)}</span>
    </button>
  )
}

function Details({ asset, close }: { asset: Asset; close: () => void }) {
  const words = useWords()
  const formats = useFormats()
  const locale = useLocale()
  const nameOf = useKindName()
  const makerOf = useMaker()
  const rows: [string, ReactNode][] = [
    [words.library.prompt, asset.prompt && <span dir="auto">{asset.prompt}</span>],
    [words.library.provider, makerOf(asset) || words.library.yourOwn],
    [words.library.cost, formats.money(asset.cost_usd)],
    [words.library.size, formats.megabytes(asset.size_bytes)],
    [words.library.made, formats.when(asset.created_at)],
    [words.library.hash, <code key="hash" dir="ltr">{asset.sha256}</code>],
  ]
  return (
    <Dialog title={nameOf(asset)} close={close}>
      <Preview asset={asset} />
      <dl className="facts">
        {rows.filter(([, value]) => value).map(([name, value]) => (
          <div key={name} style={{ display: 'contents' }}><dt>{name}</dt><dd>{value}</dd></div>
        ))}
      </dl>
      {asset.project && (
        <Link className="button" href={`/${locale}/project/?key=${asset.project}`}>{words.library.openProject}</Link>
      )}
    </Dialog>
  )
}

function Preview({ asset }: { asset: Asset }) {
  const noun = asset.media_type.split('/')[0]
  const url = useBytes(noun === 'audio' || noun === 'video' ? asset.url : undefined)
  if (noun === 'image') return <Picture asset={asset} alt={asset.prompt} />
  if (noun === 'audio') return <audio controls src={url} />
  if (noun === 'video') return <div className="player"><video controls src={url} /></div>
  return null
}

type Sending = { name: string; share: number; error?: unknown; isDone?: boolean }

function Uploads() {
  const words = useWords()
  const formats = useFormats()
  const queries = useQueryClient()
  const [sending, setSending] = useState<Record<string, Sending>>({})
  const send = async (file: File) => {
    const tell = (part: Partial<Sending>) =>
      setSending((all) => ({ ...all, [file.name]: { name: file.name, share: 0, ...all[file.name], ...part } }))
    tell({ share: 0, error: undefined, isDone: false })
    try {
      await sendFile(file, (share) => tell({ share }))
      tell({ isDone: true })
      void queries.invalidateQueries({ queryKey: ['assets'] })
    } catch (error) {
      tell({ error })
    }
  }
  return (
    <div className="stack tight">
      <label className="choice">
        <Upload size={16} aria-hidden />
        {words.library.upload}
        <input type="file" multiple accept={TYPES} onChange={(event) => {
          for (const file of event.target.files ?? []) void send(file)
        }} />
      </label>
      <ul aria-live="polite">
        {Object.values(sending).map((one) => (
          <li key={one.name} className="small stack tight">
            {one.error ? (
              <><span>{words.library.refused(one.name)}</span><Problem error={one.error} /></>
            ) : one.isDone ? (
              words.library.uploaded(one.name)
            ) : (
              <>{words.library.uploading(one.name, formats.percent(one.share))}<progress value={one.share} max={1} aria-label={one.name} /></>
            )}
          </li>
        ))}
      </ul>
    </div>
  )
}
