'use client'
/** All projects: a thousand rows scroll as ten do, since only those in sight are drawn and asked for. */
import { useVirtualizer } from '@tanstack/react-virtual'
import { Clapperboard, Plus, Sparkles } from 'lucide-react'
import Link from 'next/link'
import { memo, useDeferredValue, useEffect, useRef, useState } from 'react'
import { useLiveEvents } from '@/api/live'
import { useCost, usePoster, useProjects, type Status, type Summary } from '@/api/queries'
import { useFormats, useLocale, useWords } from '@/i18n/context'
import { BatchButton } from './batch'
import { Busy, Empty, Picture, Problem, StatusBadge } from '@/ui/basics'

const ROW_PX = 80
const PHONE_ROW_PX = 100
const PHONE = '(max-width: 900px)'
const SHORT = 8
const STATUSES: readonly Status[] = [
  'draft', 'scripting', 'awaiting_approval', 'generating', 'rendering',
  'ready', 'scheduled', 'published', 'failed', 'cancelled',
]

export function Projects() {
  const words = useWords()
  const locale = useLocale()
  const [q, setQ] = useState('')
  const [status, setStatus] = useState<Status | ''>('')
  const [archived, setArchived] = useState(false)
  const text = useDeferredValue(q.trim())
  const found = useProjects({ ...(text && { q: text }), ...(status && { status }), archived })
  const rows = found.data?.pages.flatMap((page) => page.items) ?? []
  const isFiltered = Boolean(text || status || archived)
  const isEmpty = found.isSuccess && rows.length === 0
  return (
    <>
      <div className="page-head">
        <h1>{words.projects.title}</h1>
        <div className="row">
          <BatchButton />
          <Link className="button main" href={`/${locale}/new/`}>
            <Plus size={16} aria-hidden />
            {words.projects.create}
          </Link>
        </div>
      </div>
      {(!isEmpty || isFiltered) && (
        <div className="toolbar">
          <input className="input search" type="search" value={q} aria-label={words.projects.search}
            placeholder={words.projects.search} onChange={(event) => setQ(event.target.value)} />
          <select className="input" value={status} aria-label={words.projects.status}
            onChange={(event) => setStatus(event.target.value as Status | '')}>
            <option value="">{`${words.projects.status}: ${words.common.all}`}</option>
            {STATUSES.map((one) => (
              <option key={one} value={one}>{words.status[one]}</option>
            ))}
          </select>
          <label className="check">
            <input type="checkbox" checked={archived} onChange={(event) => setArchived(event.target.checked)} />
            {words.projects.archived}
          </label>
        </div>
      )}
      <Problem error={found.error} retry={() => void found.refetch()} />
      {found.isPending && <div className="skeleton"><Busy label={words.common.loading} /></div>}
      {isEmpty && (isFiltered ? <p className="empty quiet">{words.projects.nothingFound}</p> : <FirstFilm />)}
      {rows.length > 0 && (
        <Table rows={rows} hasMore={found.hasNextPage} isLoading={found.isFetchingNextPage}
          more={() => void found.fetchNextPage()} />
      )}
    </>
  )
}

function FirstFilm() {
  const words = useWords()
  const locale = useLocale()
  return (
    <div className="card">
      <Empty icon={<Clapperboard size={28} aria-hidden />} title={words.projects.emptyTitle}
        text={words.projects.emptyText}>
        <div className="row">
          <Link className="button main" href={`/${locale}/new/`}>
            <Plus size={16} aria-hidden />
            {words.projects.create}
          </Link>
          <Link className="button" href={`/${locale}/new/?example=yes`}>
            <Sparkles size={16} aria-hidden />
            {words.projects.example}
          </Link>
        </div>
      </Empty>
    </div>
  )
}

type TableProps = { rows: Summary[]; hasMore: boolean; isLoading: boolean; more: () => void }

function Table({ rows, hasMore, isLoading, more }: TableProps) {
  const words = useWords()
  const { film, status, progress, cost, changed } = words.projects.columns
  const viewport = useRef<HTMLDivElement>(null)
  const rowPx = useRowHeight()
  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => viewport.current,
    estimateSize: () => rowPx,
    overscan: 6,
    // Scrolling does not wait for rows to be drawn: those beyond the edge cover it.
    useFlushSync: false,
  })
  useEffect(() => virtual.measure(), [rowPx, virtual])
  const items = virtual.getVirtualItems()
  const last = items.at(-1)?.index ?? 0
  useEffect(() => {
    if (hasMore && !isLoading && last >= rows.length - 20) more()
  }, [hasMore, isLoading, last, rows.length, more])
  return (
    <section className={`projects ${rows.length <= SHORT ? 'short' : ''}`} aria-label={words.projects.title}>
      <div className="project-head" aria-hidden>
        {[film, status, progress, cost, changed].map((name) => <span key={name}>{name}</span>)}
      </div>
      <div className="viewport" ref={viewport} tabIndex={-1}>
        <ul style={{ height: virtual.getTotalSize(), position: 'relative' }} aria-label={words.projects.count(rows.length)}>
          {items.map((item) => {
            const project = rows[item.index]
            return project && (
              <li key={project.id} aria-setsize={hasMore ? -1 : rows.length} aria-posinset={item.index + 1}
                style={{ position: 'absolute', insetInline: 0, transform: `translateY(${item.start}px)` }}>
                <Row project={project} isAtRest={!virtual.isScrolling} />
              </li>
            )
          })}
        </ul>
      </div>
    </section>
  )
}

function useRowHeight(): number {
  const [height, setHeight] = useState(ROW_PX)
  useEffect(() => {
    const phone = matchMedia(PHONE)
    const apply = () => setHeight(phone.matches ? PHONE_ROW_PX : ROW_PX)
    apply()
    phone.addEventListener('change', apply)
    return () => phone.removeEventListener('change', apply)
  }, [])
  return height
}

/** What a row shows beside its summary is asked for when the list rests, not while it flies by. */
const Row = memo(function Row({ project, isAtRest }: { project: Summary; isAtRest: boolean }) {
  const words = useWords()
  const formats = useFormats()
  const locale = useLocale()
  const poster = usePoster(project.id, isAtRest)
  const cost = useCost(project.id, isAtRest)
  const progress = useProgress(project)
  return (
    // A page is not fetched ahead for every row that flies by.
    <Link className="project-row" prefetch={false} href={`/${locale}/project/?key=${project.id}`}>
      <span className="row grow">
        <Picture asset={poster.data ?? undefined} alt="" />
        <span className="grow stack tight">
          <span className="strong cut" dir="auto">{project.title}</span>
          <span className="small quiet">
            {words.brief.languages[project.language]} · {project.formats.join(' ')}
          </span>
        </span>
      </span>
      <span><StatusBadge status={project.status} /></span>
      <span className="row small numbers">
        <progress className="grow" value={progress} max={1} aria-label={words.projects.columns.progress} />
        <span>{formats.percent(progress)}</span>
      </span>
      <span className="small numbers">{cost.data ? formats.money(cost.data.spent_usd) : ''}</span>
      <span className="small quiet">{formats.day(project.updated_at)}</span>
    </Link>
  )
})

/** The share that is done, moved by events between two answers of the API. */
export function useProgress(project: Summary): number {
  const [live, setLive] = useState<{ share: number; since: string }>()
  useLiveEvents((event) => {
    if (event.kind !== 'stage.progress' || event.project !== project.id) return
    setLive({ share: Number(event.data.progress), since: project.updated_at })
  })
  const isOver = ['ready', 'scheduled', 'published'].includes(project.status)
  if (isOver) return 1
  return Math.max(project.progress, live?.since === project.updated_at ? live.share : 0)
}
