'use client'
/** Scenes with their words and pictures: each can be said otherwise and painted anew. */
import { useQuery } from '@tanstack/react-query'
import { ImagePlus, Pencil } from 'lucide-react'
import { useState, type FormEvent } from 'react'
import { api, ask, once } from '@/api/client'
import { useSceneImages, useScenes, type Project, type Scene } from '@/api/queries'
import { useFormats, useWords } from '@/i18n/context'
import { Busy, Dialog, Picture, Problem, type Asset } from '@/ui/basics'
import { useAction } from './project'

type Props = { project: Project; isWritten: boolean; isBusy: boolean }

export function Scenes({ project, isWritten, isBusy }: Props) {
  const words = useWords()
  const scenes = useScenes(project.id, isWritten)
  const images = useSceneImages(project.id).data?.items ?? []
  return (
    <section className="card" aria-labelledby="scenes">
      <h2 id="scenes">{words.project.scenes}</h2>
      {!scenes.data && <p className="quiet small">{words.project.noScenes}</p>}
      <Problem error={scenes.error} />
      <ol>
        {scenes.data?.map((scene) => (
          <SceneRow key={scene.id} project={project} scene={scene} isBusy={isBusy}
            image={images.find((one) => one.scene === scene.id)} />
        ))}
      </ol>
    </section>
  )
}

type RowProps = { project: Project; scene: Scene; image: Asset | undefined; isBusy: boolean }

function SceneRow({ project, scene, image, isBusy }: RowProps) {
  const words = useWords()
  const formats = useFormats()
  const [isEditing, setEditing] = useState(false)
  const [isChoosing, setChoosing] = useState(false)
  const act = useAction(project.id)
  const path = { key: project.id, scene_id: scene.id }
  const regenerate = () =>
    ask(api.POST('/api/v1/projects/{key}/scenes/{scene_id}/regenerate', {
      params: { path, header: once() },
      body: { stage: 'scene_images' },
    }))
  return (
    <li className="scene" data-scene={scene.id}>
      {image ? (
        <button className="asset" onClick={() => setChoosing(true)} aria-label={`${words.project.versions}: ${words.project.scene(scene.id)}`}>
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
              <button className="button" disabled={isBusy || act.isPending} onClick={() => act.mutate(regenerate)}>
                <ImagePlus size={14} aria-hidden />
                {act.isPending ? words.project.regenerating : words.project.regenerate}
              </button>
            </div>
          </>
        )}
        <Problem error={act.error} />
      </div>
      {isChoosing && image && <Takes image={image} project={project} close={() => setChoosing(false)} />}
    </li>
  )
}

function SceneForm({ project, scene, close }: { project: Project; scene: Scene; close: () => void }) {
  const words = useWords()
  const act = useAction(project.id)
  const save = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault()
    const given = new FormData(event.currentTarget)
    const body = {
      narration: String(given.get('narration')),
      visual_prompt: String(given.get('visual_prompt')),
      headline: String(given.get('headline')),
    }
    const path = { key: project.id, scene_id: scene.id }
    act.mutate(
      () => ask(api.PATCH('/api/v1/projects/{key}/scenes/{scene_id}', { params: { path, header: once() }, body })),
      { onSuccess: close },
    )
  }
  const fields = [
    ['narration', words.project.narration, scene.narration, 4],
    ['visual_prompt', words.project.picture, scene.visual_prompt, 2],
    ['headline', words.project.headline, scene.on_screen.headline, 1],
  ] as const
  return (
    <form className="stack" onSubmit={save}>
      {fields.map(([name, label, value, rows]) => (
        <div className="field" key={name}>
          <label htmlFor={`${name}-${scene.id}`}>{label}</label>
          <textarea className="input" id={`${name}-${scene.id}`} name={name} rows={rows} dir="auto" defaultValue={value} />
        </div>
      ))}
      <Problem error={act.error} />
      <div className="row">
        <button className="button main" disabled={act.isPending}>{words.project.saveAndCut}</button>
        <button type="button" className="button plain" onClick={close}>{words.common.cancel}</button>
      </div>
    </form>
  )
}

/** All pictures a scene ever had; any of them can be used again, and nothing is paid for it. */
function Takes({ image, project, close }: { image: Asset; project: Project; close: () => void }) {
  const words = useWords()
  const formats = useFormats()
  const act = useAction(project.id)
  const takes = useQuery({
    queryKey: ['project', project.id, 'takes', image.scene],
    queryFn: () => ask(api.GET('/api/v1/assets/{asset_id}/versions', { params: { path: { asset_id: image.id } } })),
  })
  const pick = (take: Asset) =>
    act.mutate(
      () => ask(api.POST('/api/v1/assets/{asset_id}/pick', { params: { path: { asset_id: take.id }, header: once() } })),
      { onSuccess: close },
    )
  return (
    <Dialog title={words.project.takes(takes.data?.length ?? 1)} close={close}>
      {!takes.data && <Busy label={words.common.loading} />}
      <ul className="grid">
        {takes.data?.map((take) => (
          <li className="stack tight" key={take.id}>
            <span className="asset"><Picture asset={take} alt={take.prompt} /></span>
            <span className="small quiet">{formats.when(take.created_at)}</span>
            <button className="button" disabled={take.is_current || act.isPending} onClick={() => pick(take)}>
              {words.project.pick}
            </button>
          </li>
        ))}
      </ul>
      <Problem error={act.error} />
    </Dialog>
  )
}
