/** Where each stage of a project stands, told by what happened to it. */
import type { LiveEvent } from '@/api/live'
import type { Project, Stage } from '@/api/queries'

export const STAGES: readonly Stage[] = [
  'script', 'scene_images', 'voice_tracks', 'music', 'avatar_clips',
  'clips', 'timeline', 'montage', 'publications',
]
export type StageState = 'waiting' | 'running' | 'made' | 'reused' | 'failed' | 'approval'
export type StageView = { state: StageState; share: number; seconds: number; costUsd: number; sentence: string }

const NOT_BEGUN: StageView = { state: 'waiting', share: 0, seconds: 0, costUsd: 0, sentence: '' }
const IDLE: ReadonlySet<string> = new Set(['draft', 'ready', 'scheduled', 'published', 'failed', 'cancelled'])

/** The stages in order; what a person waits for and what failed is said by the project itself. */
export function viewStages(project: Project, events: readonly LiveEvent[]): [Stage, StageView][] {
  const views = new Map<Stage, StageView>()
  for (const event of events) {
    const stage = event.data.stage as Stage | undefined
    if (stage) views.set(stage, after(views.get(stage) ?? NOT_BEGUN, event))
  }
  const isIdle = IDLE.has(project.status)
  const waits = project.status === 'awaiting_approval'
  const awaited = waits ? project.approvals.find((one) => !one.is_given)?.stage : undefined
  return STAGES.map((stage) => {
    const view = views.get(stage) ?? NOT_BEGUN
    if (project.status === 'failed' && project.failure?.stage === stage) return [stage, { ...view, state: 'failed' }]
    if (awaited === stage) return [stage, { ...view, state: 'approval' }]
    if (view.state === 'running' && (isIdle || waits)) return [stage, { ...view, state: 'waiting' }]
    return [stage, view]
  })
}

function after(before: StageView, event: LiveEvent): StageView {
  const { data } = event
  if (event.kind === 'stage.progress') {
    const total = Number(data.total) || 1
    return { ...before, state: 'running', share: Number(data.done) / total, sentence: String(data.sentence ?? '') }
  }
  if (event.kind === 'stage.ended') {
    const isReused = data.status === 'reused'
    const state = data.status === 'failed' ? 'failed' : isReused ? 'reused' : 'made'
    return { state, share: 1, seconds: Number(data.seconds), costUsd: Number(data.cost_usd), sentence: '' }
  }
  return before
}
