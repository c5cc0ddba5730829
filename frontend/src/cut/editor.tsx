'use client'
/** The cut of a film: every change is a step that can be taken back until the film is cut again. */
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { ArrowLeft, ArrowRight, Redo2, Scissors, Trash2, Undo2, ZoomIn, ZoomOut } from 'lucide-react'
import Link from 'next/link'
import { useSearchParams } from 'next/navigation'
import { useEffect, useMemo, useReducer, useRef, useState, type KeyboardEvent } from 'react'
import { api, ask, once } from '@/api/client'
import { useFilms, useProject, useSceneImages, useScenes, useTimeline, type Project, type Scene } from '@/api/queries'
import { useFormats, useLocale, useWords } from '@/i18n/context'
import { TicketedVideo } from '@/projects/player'
import { useEvents } from '@/projects/project'
import { useProgress } from '@/projects/list'
import { PriceTag, useSpending } from '@/projects/spending'
import { Busy, Problem, type Asset } from '@/ui/basics'
import { beginDraft, isSameOrder, lay, moveScene, step, trim, type Draft, type Laid, type Said, type Timeline, type TransitionKind } from './draft'
import { sentencesOf, timesOf, without } from './sentences'
import { Tracks } from './tracks'

const WORKING: ReadonlySet<string> = new Set(['scripting', 'generating', 'rendering'])
const KINDS: readonly TransitionKind[] = ['cut', 'dissolve', 'fade', 'wipe', 'slide', 'push_up', 'zoom', 'circle', 'blur']
const NUDGE_MS = 100
const [LEAST_ZOOM, MOST_ZOOM, FIRST_ZOOM] = [8, 400, 60]
const NONE: readonly Asset[] = []

export function CutPage() {
  const key = useSearchParams().get('key') ?? ''
  const words = useWords()
  const project = useProject(key)
  const timeline = useTimeline(key)
  const scenes = useScenes(key, Boolean(key))
  const error = project.error ?? timeline.error ?? scenes.error
  if (error) return <Problem error={error} />
  if (!project.data || !timeline.data || !scenes.data) return <Busy label={words.common.loading} />
  if (timeline.data.duration_ms === 0) return <p className="empty quiet">{words.editor.empty}</p>
  return <Editor project={project.data} timeline={timeline.data} scenes={scenes.data} />
}

type EditorProps = { project: Project; timeline: Timeline; scenes: Scene[] }

function Editor({ project, timeline, scenes }: EditorProps) {
  const words = useWords()
  const [history, dispatch] = useReducer(step, timeline, (first) => ({ past: [], present: beginDraft(first), future: [] }))
  // A cut that was laid anew is another beginning; the steps before it are done.
  const laidAt = `${timeline.version} ${timeline.updated_at}`
  useEffect(() => dispatch({ kind: 'begin', draft: beginDraft(timeline) }), [laidAt]) // eslint-disable-line react-hooks/exhaustive-deps
  const draft = history.present
  const said = useMemo<Said>(() => ({
    language: project.language, narration: Object.fromEntries(scenes.map((one) => [one.id, one.narration])),
  }), [project.language, scenes])
  const laid = useMemo(() => lay(timeline, draft, said), [timeline, draft, said])
  const [selected, select] = useState<number | null>(null)
  const [pxPerSecond, setZoom] = useState(FIRST_ZOOM)
  const [playheadMs, setPlayhead] = useState(0)
  const stage = useRef<HTMLDivElement>(null)
  const images = useSceneImages(project.id).data?.items ?? NONE
  const film = (useFilms(project.id).data?.items ?? []).find((one) => one.media_type === 'video/mp4')
  const change = (part: Partial<Draft>) => dispatch({ kind: 'change', part })
  const zoom = (factor: number) => setZoom((before) => Math.max(LEAST_ZOOM, Math.min(MOST_ZOOM, before * factor)))
  const player = () => stage.current?.querySelector('video')
  const seek = (ms: number) => {
    const video = player()
    if (video) video.currentTime = ms / 1000
    setPlayhead(ms)
  }
  const onKey = keysOf({ laid, said, playheadMs, selected, select, draft, timeline, change, zoom, dispatch, toggle: () => {
    const video = player()
    if (video) void (video.paused ? video.play() : video.pause())
  } })
  const scene = scenes.find((one) => one.id === selected)
  const place = laid.find((one) => one.scene === selected)
  // Sentences have their times in the film as it is, whatever of the draft was left out.
  const spoken = useMemo(() => lay(timeline, { ...draft, narration: {} }, said).find((one) => one.scene === selected)?.words ?? [],
    [timeline, draft, said, selected])
  return (
    <>
      <Head project={project} timeline={timeline} draft={draft} steps={history.past.length}
        canRedo={history.future.length > 0} dispatch={dispatch} />
      <div className="bench">
        <div className="player" ref={stage}>
          {film && <TicketedVideo film={film} project={project.id} onTime={(seconds) => setPlayhead(seconds * 1000)} />}
        </div>
        <aside className="card stack">
          {scene && place
            ? <Inspector scene={scene} laid={place} draft={draft} timeline={timeline} change={change} said={said}
                spoken={spoken} seek={seek} />
            : <p className="quiet small">{words.editor.select}</p>}
          <div className="field">
            <label htmlFor="music">{words.editor.musicLevel}: <bdi>{draft.musicDb} dB</bdi></label>
            <input id="music" type="range" min={-24} max={6} step={1} value={draft.musicDb}
              onChange={(event) => change({ musicDb: Number(event.target.value) })} />
          </div>
        </aside>
      </div>
      <div className="row spread">
        <p className="small quiet grow" id="cut-keys">{words.editor.keys}</p>
        <div className="row">
          <button className="button icon" aria-label={words.editor.zoomOut} onClick={() => zoom(1 / 1.4)}><ZoomOut size={16} aria-hidden /></button>
          <button className="button icon" aria-label={words.editor.zoomIn} onClick={() => zoom(1.4)}><ZoomIn size={16} aria-hidden /></button>
        </div>
      </div>
      <Tracks laid={laid} images={images} selected={selected} playheadMs={playheadMs} pxPerSecond={pxPerSecond} select={select}
        seek={seek} zoom={zoom} onKey={onKey} trim={(one, ms) => change(trim(timeline, draft, said, one, ms))}
        move={(one, to) => change(moveScene(draft, one, to))} />
    </>
  )
}

type Keys = {
  laid: Laid[]; said: Said; playheadMs: number; selected: number | null; select: (scene: number) => void; draft: Draft; timeline: Timeline
  change: (part: Partial<Draft>) => void; zoom: (factor: number) => void; toggle: () => void
  dispatch: (step: { kind: 'undo' | 'redo' }) => void
}

/** Time runs to the right in every language, and so do the arrow keys. */
function keysOf({ laid, said, playheadMs, selected, select, draft, timeline, change, zoom, toggle, dispatch }: Keys) {
  return (event: KeyboardEvent) => {
    const at = laid.findIndex((one) => one.scene === selected)
    const here = laid[at]
    const under = laid.find((one) => playheadMs > one.startMs && playheadMs <= one.startMs + one.durationMs)
    const side = event.key === 'ArrowRight' ? 1 : event.key === 'ArrowLeft' ? -1 : 0
    const isCommand = event.ctrlKey || event.metaKey
    const key = event.key.toLowerCase()
    if (side && event.altKey && here) change(moveScene(draft, here.scene, at + side))
    else if (side && event.shiftKey && here) change(trim(timeline, draft, said, here.scene, here.durationMs + side * NUDGE_MS))
    else if (side) select(laid[Math.max(0, Math.min(laid.length - 1, at + side))]?.scene ?? 0)
    else if (isCommand && key === 'z') dispatch({ kind: event.shiftKey ? 'redo' : 'undo' })
    else if (isCommand && key === 'y') dispatch({ kind: 'redo' })
    else if (key === 'e' && under && !isCommand) change(trim(timeline, draft, said, under.scene, playheadMs - under.startMs))
    else if (key === ' ') toggle()
    else if (key === '+') zoom(1.4)
    else if (key === '-') zoom(1 / 1.4)
    else return
    event.preventDefault()
  }
}

type HeadProps = {
  project: Project; timeline: Timeline; draft: Draft; steps: number; canRedo: boolean
  dispatch: (step: { kind: 'undo' | 'redo' }) => void
}

function Head({ project, timeline, draft, steps, canRedo, dispatch }: HeadProps) {
  const words = useWords()
  const formats = useFormats()
  const locale = useLocale()
  const queries = useQueryClient()
  const render = useMutation({
    mutationFn: () => send(project, timeline, draft),
    onSettled: () => queries.invalidateQueries({ queryKey: ['project', project.id] }),
  })
  const progress = useProgress(project)
  const ended = useEvents(project.id).findLast((one) => one.kind === 'stage.ended' && one.data.stage === 'montage')
  const isWorking = WORKING.has(project.status) || render.isPending
  const spending = useSpending(project)
  const price = spending.ofBuild(Object.keys(draft.narration).map(() => 'voice_tracks' as const))
  return (
    <>
      <div className="page-head">
        <div className="row grow">
          <Link className="button icon plain" href={`/${locale}/project/?key=${project.id}`} aria-label={words.common.back}>
            <ArrowLeft size={18} className="mirrored" aria-hidden />
          </Link>
          <h1 className="cut grow" dir="auto">{project.title}</h1>
        </div>
        <div className="row">
          <button className="button icon" aria-label={words.common.undo} disabled={!steps} onClick={() => dispatch({ kind: 'undo' })}>
            <Undo2 size={16} className="mirrored" aria-hidden />
          </button>
          <button className="button icon" aria-label={words.common.redo} disabled={!canRedo} onClick={() => dispatch({ kind: 'redo' })}>
            <Redo2 size={16} className="mirrored" aria-hidden />
          </button>
          <span className="small quiet" role="status">{words.editor.changes(steps)}</span>
          <button className="button main" title={words.editor.renderHint} disabled={!steps || isWorking || !spending.isKnown}
            onClick={() => spending.spend(price, () => render.mutate())}>
            <Scissors size={16} aria-hidden />
            {words.editor.render}
            <PriceTag price={price} />
          </button>
        </div>
      </div>
      {isWorking ? (
        <div className="row small quiet">
          <Busy label={words.editor.rendering} />
          <progress className="grow" value={progress} max={1} aria-label={words.editor.rendering} />
        </div>
      ) : ended && <p className="small quiet" data-rendered={ended.id}>{words.project.rendered(formats.seconds(Number(ended.data.seconds)))}</p>}
      <Problem error={render.error} />
      {spending.question}
    </>
  )
}

/** Send what changed: words first, then the cut, then the order; the last of them cuts the film. */
async function send(project: Project, timeline: Timeline, draft: Draft): Promise<void> {
  const path = { key: project.id }
  const said = Object.entries(draft.narration).map(([id, narration]) => ({ id: Number(id), narration }))
  const isReordered = !isSameOrder(draft, beginDraft(timeline))
  if (said.length > 0) {
    await ask(api.PATCH('/api/v1/projects/{key}/script', { params: { path, header: once() }, body: { scenes: said, build: false } }))
  }
  await ask(api.PUT('/api/v1/projects/{key}/timeline', {
    params: { path, header: { ...once(), 'If-Match': `"${timeline.version}"` } },
    body: editsOf(timeline, draft, !isReordered),
  }))
  if (isReordered) {
    await ask(api.PUT('/api/v1/projects/{key}/scenes/order', { params: { path, header: once() }, body: { order: [...draft.order], build: true } }))
  }
}

/** The draft as the API takes it, with what it leaves alone of the edits before. */
function editsOf(timeline: Timeline, draft: Draft, build: boolean) {
  const scenes = (stored: readonly { scene: number }[], changed: object) =>
    [...new Set([...stored.map((one) => one.scene), ...Object.keys(changed).map(Number)])]
  const { clips, transitions } = timeline.edits
  return {
    clips: scenes(clips, draft.longerMs).map((scene) => ({
      ...clips.find((one) => one.scene === scene), scene, longer_ms: draft.longerMs[scene] || null,
    })),
    transitions: scenes(transitions, draft.transitions).map((scene) => ({
      ...transitions.find((one) => one.scene === scene), scene, kind: draft.transitions[scene] ?? null,
    })),
    music_db: draft.musicDb,
    build,
  }
}

type InspectorProps = {
  scene: Scene; laid: Laid; draft: Draft; timeline: Timeline; said: Said; change: (part: Partial<Draft>) => void
  spoken: Laid['words']; seek: (ms: number) => void
}

function Inspector({ scene, laid, draft, timeline, said, change, spoken, seek }: InspectorProps) {
  const words = useWords()
  const formats = useFormats()
  const at = draft.order.indexOf(scene.id)
  const text = draft.narration[scene.id] ?? scene.narration
  const say = (wanted: string) => {
    if (wanted && wanted !== text) change({ narration: { ...draft.narration, [scene.id]: wanted } })
  }
  const nudge = (ms: number) => change(trim(timeline, draft, said, scene.id, laid.durationMs + ms))
  return (
    <div className="stack">
      <div className="row spread">
        <h2>{words.project.scene(scene.id)}</h2>
        <div className="row">
          <button className="button icon" disabled={at <= 0} aria-label={words.editor.moveEarlier} onClick={() => change(moveScene(draft, scene.id, at - 1))}>
            <ArrowLeft size={16} aria-hidden className="mirrored" />
          </button>
          <button className="button icon" disabled={at >= draft.order.length - 1} aria-label={words.editor.moveLater} onClick={() => change(moveScene(draft, scene.id, at + 1))}>
            <ArrowRight size={16} aria-hidden className="mirrored" />
          </button>
        </div>
      </div>
      <div className="field">
        <label htmlFor="said">{words.editor.text}</label>
        <textarea className="input" id="said" key={scene.id + text} defaultValue={text} dir="auto" lang={said.language} rows={4}
          onBlur={(event) => say(event.target.value.trim())} />
      </div>
      <Sentences text={text} isAsSpoken={text === scene.narration} language={said.language} words={spoken} seek={seek} say={say} />
      <div className="row spread">
        <span className="small strong">{words.editor.longer}</span>
        <span className="row">
          <button className="button icon" aria-label="−0.1" onClick={() => nudge(-NUDGE_MS)}>−</button>
          <span className="numbers small" dir="ltr">{formats.seconds((draft.longerMs[scene.id] ?? 0) / 1000)}</span>
          <button className="button icon" aria-label="+0.1" onClick={() => nudge(NUDGE_MS)}>+</button>
        </span>
      </div>
      {at > 0 && (
        <div className="field">
          <label htmlFor="transition">{words.editor.transition}</label>
          <select className="input" id="transition" value={laid.transition}
            onChange={(event) => change({ transitions: { ...draft.transitions, [scene.id]: event.target.value as TransitionKind } })}>
            {KINDS.map((kind) => <option key={kind} value={kind}>{words.editor.transitions[kind]}</option>)}
          </select>
        </div>
      )}
    </div>
  )
}

type SentencesProps = {
  text: string; isAsSpoken: boolean; language: string; words: Laid['words']
  seek: (ms: number) => void; say: (text: string) => void
}

/** What a scene says, sentence by sentence: go to one, or leave it out, and the cut follows. */
function Sentences({ text, isAsSpoken, language, words: timed, seek, say }: SentencesProps) {
  const words = useWords()
  const sentences = sentencesOf(text, language)
  const times = isAsSpoken ? timesOf(sentences, timed) : []
  return (
    <ol className="sentences" aria-label={words.editor.sentences}>
      {sentences.map((sentence, index) => {
        const time = times[index]
        return (
          <li key={index + sentence} className="row">
            <button className="sentence grow" dir="auto" lang={language} disabled={!time} onClick={() => time && seek(time.startMs)}>{sentence}</button>
            <button className="button icon plain" disabled={sentences.length === 1} aria-label={`${words.editor.leaveOut}: ${sentence}`}
              title={words.editor.leaveOut} onClick={() => say(without(text, language, index))}>
              <Trash2 size={14} aria-hidden />
            </button>
          </li>
        )
      })}
    </ol>
  )
}
