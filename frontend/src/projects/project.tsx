'use client'
/** One project: its stages as they go, the film, what broke and one button to go on, its scenes. */
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { Archive, ArchiveRestore, Check, CircleX, Copy, Hand, LoaderCircle, Recycle, Scissors, Send, Square } from 'lucide-react'
import Link from 'next/link'
import { useRouter, useSearchParams } from 'next/navigation'
import { useEffect, useMemo, useRef, useState, type ReactNode } from 'react'
import { api, ask, once } from '@/api/client'
import { useLiveEvents, type LiveEvent } from '@/api/live'
import { useCost, useLog, useProject, type Project, type Stage } from '@/api/queries'
import { useFormats, useLocale, useWords } from '@/i18n/context'
import { Busy, FromServer, Problem, StatusBadge } from '@/ui/basics'
import { CapForm } from './cap'
import { useProgress } from './list'
import { Player } from './player'
import { Scenes } from './scenes'
import { PriceTag, useSpending } from './spending'
import { viewStages, type StageState, type StageView } from './stages'

const WORKING: ReadonlySet<string> = new Set(['scripting', 'generating', 'rendering'])

export function ProjectPage() {
  const key = useSearchParams().get('key') ?? ''
  const words = useWords()
  const project = useProject(key)
  const events = useEvents(key)
  if (project.error) return <Problem error={project.error} retry={() => void project.refetch()} />
  if (!project.data) return <Busy label={words.common.loading} />
  const stages = viewStages(project.data, events)
  const isWritten = stages[0]?.[1].state !== 'waiting' && stages[0]?.[1].state !== 'running'
  return (
    <>
      <Head project={project.data} />
      <Trouble project={project.data} />
      <section className="stack tight" aria-labelledby="pipeline">
        <h2 id="pipeline" className="hidden-text">{words.project.pipeline}</h2>
        <StageRow stages={stages} />
        <Overall project={project.data} />
      </section>
      <div className="two">
        <div className="stack">
          <Player project={project.data} />
          <Facts project={project.data} />
        </div>
        <Scenes project={project.data} isWritten={isWritten} isBusy={WORKING.has(project.data.status)} />
      </div>
    </>
  )
}

/** All events of a project, by number: those of the log, and those that came since. */
export function useEvents(key: string): LiveEvent[] {
  const log = useLog(key).data
  // Beside the answer, not in it: one that was under way would put itself over them.
  const [heard, setHeard] = useState<readonly LiveEvent[]>([])
  useLiveEvents((event) => {
    if (event.project === key) setHeard((before) => [...before, event])
  })
  return useMemo(() => {
    const byId = new Map([...(log ?? []), ...heard].map((event) => [event.id, event]))
    return [...byId.values()].filter((event) => event.project === key).sort((a, b) => a.id - b.id)
  }, [log, heard, key])
}

function Head({ project }: { project: Project }) {
  const words = useWords()
  const locale = useLocale()
  const router = useRouter()
  const act = useAction(project.id)
  const path = { key: project.id }
  const isWorking = WORKING.has(project.status)
  const hasFilm = ['ready', 'scheduled', 'published'].includes(project.status)
  const duplicate = useMutation({
    mutationFn: () =>
      ask(api.POST('/api/v1/projects/{key}/duplicate', { params: { path, header: once() }, body: { begin: false } })),
    onSuccess: (copy) => router.push(`/${locale}/project/?key=${copy.id}`),
  })
  const archive = () =>
    project.archived_at
      ? ask(api.POST('/api/v1/projects/{key}/unarchive', { params: { path } }))
      : ask(api.POST('/api/v1/projects/{key}/archive', { params: { path } }))
  return (
    <div className="stack tight">
      <div className="page-head">
        <div className="row grow">
          <h1 dir="auto">{project.title}</h1>
          <StatusBadge status={project.status} />
        </div>
        <div className="row">
          {isWorking && (
            <button className="button" disabled={act.isPending}
              onClick={() => act.mutate(() => ask(api.POST('/api/v1/projects/{key}/cancel', { params: { path, header: once() } })))}>
              <Square size={14} aria-hidden />
              {words.project.stop}
            </button>
          )}
          {['draft', 'cancelled'].includes(project.status) && <BuildButton project={project} label={words.project.start} />}
          {hasFilm && (
            <>
              <Link className="button" href={`/${locale}/cut/?key=${project.id}`}>
                <Scissors size={16} aria-hidden />
                {words.project.edit}
              </Link>
              <Link className="button main" href={`/${locale}/publish/?project=${project.id}`}>
                <Send size={16} className="mirrored" aria-hidden />
                {words.project.publish}
              </Link>
            </>
          )}
          <IconButton label={words.project.duplicate} act={() => duplicate.mutate()}>
            <Copy size={16} aria-hidden />
          </IconButton>
          <IconButton label={project.archived_at ? words.project.unarchive : words.project.archive}
            act={() => act.mutate(archive)}>
            {project.archived_at ? <ArchiveRestore size={16} aria-hidden /> : <Archive size={16} aria-hidden />}
          </IconButton>
        </div>
      </div>
      <Problem error={act.error ?? duplicate.error} />
    </div>
  )
}

function IconButton({ label, act, children }: { label: string; act: () => void; children: ReactNode }) {
  return (
    <button className="button plain icon" title={label} aria-label={label} onClick={act}>
      {children}
    </button>
  )
}

/** Something done to a project; what was known of it is asked for again afterwards. */
export function useAction(key: string) {
  const queries = useQueryClient()
  return useMutation({
    mutationFn: (act: () => Promise<unknown>) => act(),
    onSettled: () => Promise.all([
      queries.invalidateQueries({ queryKey: ['project', key] }),
      queries.invalidateQueries({ queryKey: ['projects'] }),
    ]),
  })
}

/** A draft's price is that of the whole film; after a failure, what is made is not paid again. */
function BuildButton({ project, label }: { project: Project; label: string }) {
  const act = useAction(project.id)
  const spending = useSpending(project)
  const build = () =>
    ask(api.POST('/api/v1/projects/{key}/build', { params: { path: { key: project.id }, header: once() } }))
  return (
    <>
      <button className="button main" disabled={act.isPending || !spending.isKnown}
        onClick={() => spending.spend(spending.whole, () => act.mutate(build))}>
        {label}
        <PriceTag price={spending.whole} />
      </button>
      <Problem error={act.error} />
      {spending.question}
    </>
  )
}

/** What stopped the work, or whom it waits for: a sentence about money, and one button. */
function Trouble({ project }: { project: Project }) {
  const words = useWords()
  const formats = useFormats()
  const cost = useCost(project.id)
  const act = useAction(project.id)
  const spending = useSpending(project, project.status === 'awaiting_approval')
  if (project.status === 'awaiting_approval') {
    const stage = project.approvals.find((one) => !one.is_given)?.stage
    if (!stage) return null
    const path = { key: project.id, stage }
    return (
      <div className="notice tone-yellow" role="status">
        <Hand size={20} aria-hidden />
        <p className="grow">{words.project.approvalLead}</p>
        <button className="button" disabled={act.isPending || !spending.isKnown}
          onClick={() => spending.spend(spending.whole, () => act.mutate(() =>
            ask(api.POST('/api/v1/projects/{key}/stages/{stage}/approve', { params: { path, header: once() } }))))}>
          {words.project.approve(words.stage[stage])}
          <PriceTag price={spending.whole} />
        </button>
        {spending.question}
      </div>
    )
  }
  if (project.status !== 'failed' || !project.failure) return null
  const { failure } = project
  const spent = cost.data?.spent_usd
  const stage = failure.stage as Stage | ''
  return (
    <div className="notice tone-red" role="alert">
      <CircleX size={20} aria-hidden />
      <div className="grow stack tight">
        {stage && <p className="strong">{words.project.failedAt(words.stage[stage])}</p>}
        <FromServer text={failure.message ?? ''} />
        <FromServer text={failure.hint ?? ''} />
        {spent !== undefined && (
          <p className="small strong">
            {Number(spent) > 0 ? words.project.spent(formats.money(spent)) : words.project.nothingSpent}
          </p>
        )}
        <p className="small">{words.problem.code(failure.code ?? '')}</p>
      </div>
      <BuildButton project={project} label={words.project.goOn} />
    </div>
  )
}

const MARKS: Partial<Record<StageState, ReactNode>> = {
  running: <LoaderCircle size={14} className="spin" aria-hidden />,
  made: <Check size={14} aria-hidden />,
  reused: <Recycle size={14} aria-hidden />,
  failed: <CircleX size={14} aria-hidden />,
  approval: <Hand size={14} aria-hidden />,
}

function StageRow({ stages }: { stages: [Stage, StageView][] }) {
  const words = useWords()
  const formats = useFormats()
  const row = useRef<HTMLOListElement>(null)
  const active = stages.find(([, view]) => ['running', 'failed', 'approval'].includes(view.state))?.[0]
  useEffect(() => {
    const here = row.current?.querySelector<HTMLElement>('.running, .failed, .approval')
    here?.scrollIntoView({ block: 'nearest', inline: 'center' })
  }, [active])
  return (
    // Focusable, since it scrolls on a narrow screen.
    <ol className="stages" ref={row} tabIndex={0} aria-label={words.project.pipeline}>
      {stages.map(([stage, view]) => (
        <li key={stage} className={`stage ${view.state}`} data-stage={stage} data-state={view.state}>
          <span className="name">
            {MARKS[view.state]}
            {words.stage[stage]}
          </span>
          {view.state === 'running' ? (
            <progress value={view.share} max={1} aria-label={words.stage[stage]} title={view.sentence} />
          ) : (
            <span className="how numbers">
              {words.stageState[view.state]}
              {view.state === 'made' && view.seconds >= 0.1 && ` · ${formats.seconds(view.seconds)}`}
              {view.costUsd > 0 && ` · ${formats.money(String(view.costUsd))}`}
            </span>
          )}
        </li>
      ))}
    </ol>
  )
}

function Overall({ project }: { project: Project }) {
  const words = useWords()
  const formats = useFormats()
  const progress = useProgress(project)
  if (!WORKING.has(project.status)) return null
  return (
    <div className="row small quiet">
      <progress className="grow" value={progress} max={1} aria-label={words.projects.columns.progress} />
      <span className="numbers" role="status">{words.project.rendering(formats.percent(progress))}</span>
    </div>
  )
}

function Facts({ project }: { project: Project }) {
  const words = useWords()
  const formats = useFormats()
  const cost = useCost(project.id).data
  const [isOpen, setOpen] = useState(false)
  const cap = cost?.cap_usd
  return (
    <div className="card stack">
      <dl className="facts">
        <dt>{words.project.cost}</dt>
        <dd className="numbers">
          {cost && formats.money(cost.spent_usd)} {cost && (cap ? words.project.costOf(formats.money(cap)) : `(${words.spending.capNone})`)}{' '}
          {cost && Number(cost.held_usd) > 0 && words.project.held(formats.money(cost.held_usd))}
        </dd>
        <dt>{words.brief.language}</dt>
        <dd>{words.brief.languages[project.language]}</dd>
        <dt>{words.brief.duration}</dt>
        <dd>{words.common.seconds(project.duration_s)}</dd>
        <dt>{words.brief.shape}</dt>
        <dd>{project.formats.map((one) => words.brief.shapes[one]).join(', ')}</dd>
      </dl>
      <CapForm project={project} />
      <details onToggle={(event) => setOpen(event.currentTarget.open)}>
        <summary className="small strong">{words.project.brief}</summary>
        {isOpen && <p className="small quiet" dir="auto">{project.brief.text}</p>}
      </details>
    </div>
  )
}
