'use client'
/** Scenes with their words and pictures: each can be said otherwise and painted anew. */
import { Clapperboard, Hammer, Image, ImagePlus, Lock, Mic, Music, Pencil, User } from 'lucide-react'
import { useState, type FormEvent, type ReactNode } from 'react'
import { api, ask, once } from '@/api/client'
import { useMaterial, useSceneImages, useScenes, type Material, type Project, type Scene, type Stage } from '@/api/queries'
import { useFormats, useWords } from '@/i18n/context'
import { Picture, Problem, type Asset } from '@/ui/basics'
import { useAction } from './project'
import { PriceTag, useSpending } from './spending'
import { Takes } from './takes'

const ICONS: Partial<Record<Stage, ReactNode>> = {
  scene_images: <Image size={14} aria-hidden />,
  voice_tracks: <Mic size={14} aria-hidden />,
  clips: <Clapperboard size={14} aria-hidden />,
  music: <Music size={14} aria-hidden />,
}

type Props = { project: Project; isWritten: boolean; isBusy: boolean }

export function Scenes({ project, isWritten, isBusy }: Props) {
  const words = useWords()
  const scenes = useScenes(project.id, isWritten)
  const images = useSceneImages(project.id).data?.items ?? []
  const material = useMaterial(project.id, isWritten).data ?? []
  const [open, setOpen] = useState<Pick<Material, 'stage' | 'scene'>>()
  const opened = material.find((one) => one.stage === open?.stage && one.scene === open.scene)
  const music = material.filter((one) => one.stage === 'music')
  return (
    <section className="card" aria-labelledby="scenes">
      <h2 id="scenes">{words.project.scenes}</h2>
      {!scenes.data && <p className="quiet small">{words.project.noScenes}</p>}
      <Problem error={scenes.error} />
      <Stale project={project} material={material} isBusy={isBusy} />
      <ol>
        {scenes.data?.map((scene) => (
          <SceneRow key={scene.id} project={project} scene={scene} isBusy={isBusy}
            material={material.filter((one) => one.scene === scene.id)} open={setOpen}
            image={images.find((one) => one.scene === scene.id)} />
        ))}
      </ol>
      <Places material={music} open={setOpen} />
      {opened && (
        <Takes project={project} material={opened} isBusy={isBusy} close={() => setOpen(undefined)}
          scene={scenes.data?.find((one) => one.id === opened.scene)} />
      )}
    </section>
  )
}

/** What was changed and not made yet, with its price; made when somebody says so. */
function Stale({ project, material, isBusy }: { project: Project; material: readonly Material[]; isBusy: boolean }) {
  const words = useWords()
  const stale = material.filter((one) => one.is_stale)
  const act = useAction(project.id)
  const spending = useSpending(project, stale.length > 0)
  if (stale.length === 0 || isBusy) return null
  const price = spending.priceOf(stale.map((one) => one.stage))
  const build = () => ask(api.POST('/api/v1/projects/{key}/build', { params: { path: { key: project.id }, header: once() } }))
  return (
    <div className="notice tone-yellow" role="status">
      <Hammer size={20} aria-hidden />
      <p className="grow small">{words.takes.staleCount(stale.length)}</p>
      <button className="button" disabled={act.isPending || !spending.isKnown}
        onClick={() => spending.spend(price, () => act.mutate(build))}>
        {words.takes.makeStale}
        <PriceTag price={price} />
      </button>
      <Problem error={act.error} />
      {spending.question}
    </div>
  )
}

type Open = (place: Pick<Material, 'stage' | 'scene'>) => void

/** One button for each place a maker fills: how many takes it has, and whether it is kept or stale. */
function Places({ material, open }: { material: readonly Material[]; open: Open }) {
  const words = useWords()
  if (material.length === 0) return null
  return (
    <div className="places row">
      {material.map((one) => (
        <button key={one.stage} className={`place ${one.is_stale ? 'stale' : ''}`} data-place={one.stage} onClick={() => open(one)}>
          {ICONS[one.stage]}
          {words.takes.places[one.stage as keyof typeof words.takes.places]}
          {one.takes > 1 && <span className="numbers">{words.project.takes(one.takes)}</span>}
          {one.is_own && <><User size={12} aria-hidden /><span className="hidden-text">{words.takes.own}</span></>}
          {one.is_locked && <><Lock size={12} aria-hidden /><span className="hidden-text">{words.takes.locked}</span></>}
          {one.is_stale && <span>· {words.takes.staleShort}</span>}
        </button>
      ))}
    </div>
  )
}

type RowProps = {
  project: Project; scene: Scene; image: Asset | undefined; isBusy: boolean
  material: readonly Material[]; open: Open
}

function SceneRow({ project, scene, image, isBusy, material, open }: RowProps) {
  const words = useWords()
  const formats = useFormats()
  const [isEditing, setEditing] = useState(false)
  const act = useAction(project.id)
  const spending = useSpending(project)
  const price = spending.ofBuild(['scene_images'])
  const isLocked = material.some((one) => one.stage === 'scene_images' && (one.is_locked || one.is_own))
  const path = { key: project.id, scene_id: scene.id }
  const regenerate = () =>
    ask(api.POST('/api/v1/projects/{key}/scenes/{scene_id}/regenerate', {
      params: { path, header: once() },
      body: { stage: 'scene_images' },
    }))
  return (
    <li className="scene" data-scene={scene.id}>
      {image ? (
        <button className="asset" onClick={() => open({ stage: 'scene_images', scene: scene.id })} aria-label={`${words.project.versions}: ${words.project.scene(scene.id)}`}>
          <Picture asset={image} alt={scene.visual_prompt} />
        </button>
      ) : <Picture asset={undefined} alt="" />}
      <div className="stack tight">
        <div className="row spread">
          <h3>{words.project.scene(scene.id)}</h3>
          <span className="small quiet numbers">{formats.seconds(scene.duration)}</span>
        </div>
        {isEditing ? (
          <SceneForm project={project} scene={scene} close={() => setEditing(false)} />
        ) : (
          <>
            <p dir="auto" lang={project.language}>{scene.narration}</p>
            <div className="row">
              <button className="button" disabled={isBusy} onClick={() => setEditing(true)}>
                <Pencil size={14} aria-hidden />
                {words.project.editScene}
              </button>
              <button className="button" disabled={isBusy || isLocked || act.isPending || !spending.isKnown}
                onClick={() => spending.spend(price, () => act.mutate(regenerate))}>
                <ImagePlus size={14} aria-hidden />
                {act.isPending ? words.project.regenerating : words.project.regenerate}
                <PriceTag price={price} />
              </button>
            </div>
            <Places material={material} open={open} />
          </>
        )}
        <Problem error={act.error} />
        {spending.question}
      </div>
    </li>
  )
}

function SceneForm({ project, scene, close }: { project: Project; scene: Scene; close: () => void }) {
  const words = useWords()
  const act = useAction(project.id)
  const spending = useSpending(project)
  const save = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault()
    const given = new FormData(event.currentTarget)
    const change = {
      narration: String(given.get('narration')),
      visual_prompt: String(given.get('visual_prompt')),
      headline: String(given.get('headline')),
    }
    const build = (event.nativeEvent as SubmitEvent).submitter?.getAttribute('value') !== 'later'
    const again: Stage[] = []
    if (change.narration !== scene.narration) again.push('voice_tracks')
    if (change.visual_prompt !== scene.visual_prompt) again.push('scene_images')
    const params = { path: { key: project.id }, header: once() }
    spending.spend(build ? spending.ofBuild(again) : 0, () => act.mutate(
      () => ask(api.PATCH('/api/v1/projects/{key}/script', { params, body: { scenes: [{ id: scene.id, ...change }], build } })),
      { onSuccess: close },
    ))
  }
  const fields = [
    ['narration', words.project.narration, scene.narration, 4],
    ['visual_prompt', words.project.picture, scene.visual_prompt, 2],
    ['headline', words.project.headline, scene.on_screen.headline, 1],
  ] as const
  return (
    <>
    <form className="stack" onSubmit={save}>
      {fields.map(([name, label, value, rows]) => (
        <div className="field" key={name}>
          <label htmlFor={`${name}-${scene.id}`}>{label}</label>
          <textarea className="input" id={`${name}-${scene.id}`} name={name} rows={rows} dir="auto" defaultValue={value} />
        </div>
      ))}
      <Problem error={act.error} />
      <div className="row">
        <button className="button main" disabled={act.isPending || !spending.isKnown}>{words.project.saveAndCut}</button>
        <button className="button" value="later" disabled={act.isPending}>{words.takes.keepForLater}</button>
        <button type="button" className="button plain" onClick={close}>{words.common.cancel}</button>
      </div>
    </form>
    {spending.question}
    </>
  )
}
