/**
 * A person's changes to a cut, as plain data with a past and a future, and how the cut lies with
 * them. Nothing is sent before the film is cut again, so that every step can be taken back.
 */
import type { Schemas } from '@/api/client'
import { closeUp, gone, lengthOf } from './sentences'

export type Timeline = Schemas['TimelineOut']
export type TransitionKind = Schemas['TransitionKind']

export type Draft = {
  order: readonly number[]
  longerMs: Readonly<Record<number, number>>
  transitions: Readonly<Record<number, TransitionKind>>
  narration: Readonly<Record<number, string>>
  musicDb: number
}
export type History = { past: readonly Draft[]; present: Draft; future: readonly Draft[] }
export type Step =
  | { kind: 'change'; part: Partial<Draft> }
  | { kind: 'undo' }
  | { kind: 'redo' }
  | { kind: 'begin'; draft: Draft }

/** One scene as it lies: its place, its words, and the least it may last. */
export type Laid = {
  scene: number
  startMs: number
  durationMs: number
  leastMs: number
  voice: { startMs: number; durationMs: number; media: string } | null
  transition: TransitionKind
  words: { startMs: number; durationMs: number; text: string }[]
}

const LEAST_MS = 500
const AFTER_WORDS_MS = 100
const LONGEST_MS = 60_000

export function beginDraft(timeline: Timeline): Draft {
  return {
    order: sceneClips(timeline).map((clip) => clip.scene),
    longerMs: Object.fromEntries(timeline.edits.clips.filter((one) => one.longer_ms).map((one) => [one.scene, one.longer_ms ?? 0])),
    transitions: Object.fromEntries(timeline.edits.transitions.filter((one) => one.kind).map((one) => [one.scene, one.kind ?? 'cut'])),
    narration: {},
    musicDb: timeline.edits.music_db,
  }
}

export function step(history: History, taken: Step): History {
  const { past, present, future } = history
  if (taken.kind === 'begin') return { past: [], present: taken.draft, future: [] }
  if (taken.kind === 'change') return { past: [...past, present], present: { ...present, ...taken.part }, future: [] }
  const [from, to] = taken.kind === 'undo' ? [past, future] : [future, past]
  const next = from.at(taken.kind === 'undo' ? -1 : 0)
  if (!next) return history
  return taken.kind === 'undo'
    ? { past: from.slice(0, -1), present: next, future: [present, ...to] }
    : { past: [...to, present], present: next, future: from.slice(1) }
}

type Clip = { scene: number; start_ms: number; duration_ms: number; media: unknown; text?: string; transition?: { kind: TransitionKind } | null }

function clipsOf(timeline: Timeline, type: string): Clip[] {
  return (timeline.tracks.find((one) => one.type === type)?.clips ?? []) as Clip[]
}

function sceneClips(timeline: Timeline): Clip[] {
  return [...clipsOf(timeline, 'video')].sort((a, b) => a.start_ms - b.start_ms)
}

/** What scenes say as they are stored, and in which language: against it the draft's words are held. */
export type Said = { language: string; narration: Readonly<Record<number, string>> }

/** The scenes in the draft's order, each as long as it makes them; a sentence left out takes its time along. */
export function lay(timeline: Timeline, draft: Draft, said: Said): Laid[] {
  const stored = beginDraft(timeline)
  const clips = new Map(sceneClips(timeline).map((clip) => [clip.scene, clip]))
  const voices = new Map(clipsOf(timeline, 'voice').map((clip) => [clip.scene, clip]))
  const words = clipsOf(timeline, 'caption')
  let at = 0
  return draft.order.flatMap((scene) => {
    const clip = clips.get(scene)
    if (!clip) return []
    const voice = voices.get(scene)
    const change = (draft.longerMs[scene] ?? 0) - (stored.longerMs[scene] ?? 0)
    const wordsEnd = voice ? voice.start_ms - clip.start_ms + voice.duration_ms + AFTER_WORDS_MS : LEAST_MS
    const shift = at - clip.start_ms
    const end = clip.start_ms + clip.duration_ms
    const timed = words
      .filter((word) => word.start_ms >= clip.start_ms && word.start_ms < end)
      .map((word) => ({ startMs: word.start_ms + shift, durationMs: word.duration_ms, text: word.text ?? '' }))
    const before = said.narration[scene] ?? ''
    const spans = gone(before, draft.narration[scene] ?? before, said.language, timed)
    const goneMs = lengthOf(spans)
    const laid: Laid = {
      scene,
      startMs: at,
      durationMs: Math.max(LEAST_MS, clip.duration_ms + change - goneMs),
      leastMs: Math.max(LEAST_MS, Math.min(wordsEnd, clip.duration_ms) - goneMs),
      voice: voice ? { startMs: voice.start_ms + shift, durationMs: Math.max(1, voice.duration_ms - goneMs), media: String(voice.media) } : null,
      transition: draft.transitions[scene] ?? clip.transition?.kind ?? 'cut',
      words: closeUp(timed, spans),
    }
    at += laid.durationMs
    return [laid]
  })
}

/** The draft with a scene of another length, within what its words and the API allow. */
export function trim(timeline: Timeline, draft: Draft, said: Said, scene: number, durationMs: number): Partial<Draft> {
  const laid = lay(timeline, draft, said).find((one) => one.scene === scene)
  if (!laid) return {}
  const wanted = Math.max(laid.leastMs, durationMs)
  const longer = Math.round((draft.longerMs[scene] ?? 0) + wanted - laid.durationMs)
  return { longerMs: { ...draft.longerMs, [scene]: Math.max(-LONGEST_MS, Math.min(LONGEST_MS, longer)) } }
}

/** The draft with a scene at another place of the order. */
export function moveScene(draft: Draft, scene: number, to: number): Partial<Draft> {
  const others = draft.order.filter((one) => one !== scene)
  const place = Math.max(0, Math.min(others.length, to))
  return { order: [...others.slice(0, place), scene, ...others.slice(place)] }
}

export function isSameOrder(one: Draft, other: Draft): boolean {
  return one.order.join() === other.order.join()
}
