'use client'
/**
 * One place of a film, a scene's picture, voice or clip or the music: every version it ever had, to go
 * back to for nothing; locked, said otherwise, made anew, or taken over by a file of one's own.
 */
import { useMutation } from '@tanstack/react-query'
import { FilePlus2, Lock, LockOpen, Play, RefreshCw, Undo2 } from 'lucide-react'
import { useId, useState, type FormEvent } from 'react'
import { api, ask, once } from '@/api/client'
import { useTakes, type Material, type Project, type Scene } from '@/api/queries'
import { useFormats, useWords } from '@/i18n/context'
import { sendFile } from '@/library/upload'
import { Busy, Dialog, Picture, Problem, useBytes, type Asset } from '@/ui/basics'
import { useAction } from './project'
import { PriceTag, useSpending } from './spending'

const UPLOADED = 'upload'
const FILES: Partial<Record<Material['stage'], string>> = {
  scene_images: 'image/*',
  voice_tracks: 'audio/*',
  clips: 'video/mp4,video/webm',
  music: 'audio/*',
}

type Place = { project: Project; scene: Scene | undefined; material: Material; isBusy: boolean }

export function Takes({ project, scene, material, isBusy, close }: Place & { close: () => void }) {
  const words = useWords()
  const act = useAction(project.id)
  const takes = useTakes(project.id, material.stage, material.scene)
  const versions = versionsOf(takes.data ?? [])
  const spending = useSpending(project)
  const path = { key: project.id, stage: material.stage, scene_id: material.scene }
  const isStill = material.stage === 'clips' && material.takes === 0
  const pick = ({ asset, isOfOtherWords }: Version) =>
    spending.spend(spending.ofBuild(isOfOtherWords ? [material.stage] : []), () => act.mutate(() =>
      ask(api.PUT('/api/v1/projects/{key}/material/{stage}/{scene_id}/take', {
        params: { path, header: once() }, body: { take: asset.take },
      }))))
  const place = words.takes.places[material.stage as keyof typeof words.takes.places]
  const what = scene ? words.takes.ofScene(place, words.project.scene(scene.id)) : place
  return (
    <Dialog title={words.takes.title(words.project.takes(versions.length), what)} close={close} isWide>
      <State material={material} />
      <Locks path={path} project={project} material={material} isBusy={isBusy} />
      <Problem error={takes.error ?? act.error} />
      {takes.isPending && <Busy label={words.common.loading} />}
      {takes.isSuccess && versions.length === 0 && (
        <p className="quiet small">{isStill ? words.takes.stillMoves : words.takes.none}</p>
      )}
      <ul className="takes" aria-label={words.project.versions}>
        {versions.map((one) => (
          <Version key={one.asset.id} version={one} canPick={!isBusy && !act.isPending && !material.is_locked && spending.isKnown}
            pick={() => pick(one)} />
        ))}
      </ul>
      {!material.is_locked && !isStill && <Another project={project} scene={scene} material={material} isBusy={isBusy} />}
      {!material.is_locked && <OwnFile path={path} project={project} material={material} isBusy={isBusy} />}
      {spending.question}
    </Dialog>
  )
}

/** Of other words than those in use, a take cannot be gone back to: it would be made anew from these. */
type Version = { asset: Asset; formats: string[]; isOwn: boolean; isOutdated: boolean; isOfOtherWords: boolean }

/** Assets as versions: the shapes of one take together; a take made before its scene changed stands alone. */
function versionsOf(assets: readonly Asset[]): Version[] {
  const found = new Map<string, Version>()
  const made = assets.filter((one) => one.provider !== UPLOADED)
  const words = (made.find((one) => one.is_current) ?? made[0])?.prompt
  for (const asset of assets) {
    const isOwn = asset.provider === UPLOADED
    const fresh = { asset, formats: [asset.format], isOwn, isOfOtherWords: !isOwn && asset.prompt !== words }
    const name = isOwn ? asset.sha256 : String(asset.take)
    const known = found.get(name)
    if (!known) found.set(name, { ...fresh, isOutdated: false })
    else if (isOwn || !known.formats.includes(asset.format)) known.formats.push(asset.format)
    else found.set(asset.id, { ...fresh, isOutdated: true })
  }
  return [...found.values()]
}

function Version({ version, canPick, pick }: { version: Version; canPick: boolean; pick: () => void }) {
  const words = useWords()
  const formats = useFormats()
  const { asset, isOwn, isOutdated, isOfOtherWords } = version
  const name = isOwn ? words.library.yourOwn : words.takes.number(asset.take + 1)
  return (
    <li className={`take ${asset.is_current ? 'current' : ''}`} data-take={isOwn ? 'own' : asset.take} aria-current={asset.is_current}>
      <Preview asset={asset} name={name} />
      <div className="row spread">
        <h3>{name}</h3>
        {asset.is_current && <span className="badge tone-green">{words.takes.inUse}</span>}
      </div>
      <dl className="facts">
        {!isOwn && <><dt>{words.library.provider}</dt><dd><bdi>{asset.provider}</bdi></dd></>}
        <dt>{words.library.cost}</dt>
        <dd className="numbers">{Number(asset.cost_usd) === 0 ? words.takes.free : formats.money(asset.cost_usd)}</dd>
        <dt>{words.library.made}</dt>
        <dd>{formats.when(asset.created_at)}</dd>
      </dl>
      {asset.prompt && (
        <details>
          <summary className="small strong">{words.library.prompt}</summary>
          <p className="small quiet" dir="auto">{asset.prompt}</p>
        </details>
      )}
      {isOutdated && <p className="small quiet">{words.takes.outdated}</p>}
      {isOfOtherWords && !isOutdated && <p className="small quiet">{words.takes.otherWords}</p>}
      {!isOwn && !isOutdated && !asset.is_current && (
        <button className="button" disabled={!canPick} onClick={pick}>{words.project.pick}</button>
      )}
    </li>
  )
}

/** A picture at once; sound and film when somebody asks for them. */
function Preview({ asset, name }: { asset: Asset; name: string }) {
  const words = useWords()
  const [isWanted, want] = useState(false)
  const kind = asset.media_type.split('/')[0]
  const url = useBytes(isWanted && kind !== 'image' ? asset.url : undefined)
  if (kind === 'image') return <Picture asset={asset} alt={asset.prompt || name} />
  if (url && kind === 'video') return <video className="poster" controls autoPlay playsInline src={url} aria-label={name} />
  if (url) return <audio controls autoPlay src={url} aria-label={name} />
  return (
    <button className="button" disabled={isWanted} onClick={() => want(true)} aria-label={`${words.takes.play}: ${name}`}>
      <Play size={14} aria-hidden />
      {words.takes.play}
    </button>
  )
}

function State({ material }: { material: Material }) {
  const words = useWords()
  if (material.is_stale) return <p className="notice tone-yellow small" role="status">{words.takes.stale}</p>
  if (material.is_locked) return <p className="notice tone-blue small" role="status">{words.takes.locked}</p>
  if (material.is_own) return <p className="notice tone-blue small" role="status">{words.takes.own}</p>
  return null
}

type PathOf = { path: { key: string; stage: Material['stage']; scene_id: number } }
type ActProps = PathOf & { project: Project; material: Material; isBusy: boolean }

function Locks({ path, project, material, isBusy }: ActProps) {
  const words = useWords()
  const act = useAction(project.id)
  const spending = useSpending(project)
  const params = { path, header: once() }
  const lock = () => ask(api.PUT('/api/v1/projects/{key}/material/{stage}/{scene_id}/lock', { params }))
  const release = () => ask(api.DELETE('/api/v1/projects/{key}/material/{stage}/{scene_id}/lock', { params }))
  const isEmpty = material.takes === 0 && !material.is_own
  // What was kept may be behind its scene by now: then letting it go makes it anew.
  const letGo = () => spending.spend(spending.ofBuild([material.stage]), () => act.mutate(release))
  return (
    <div className="stack tight">
      <div className="row">
        {material.is_locked ? (
          <button className="button" disabled={isBusy || act.isPending || !spending.isKnown} onClick={letGo}>
            <LockOpen size={14} aria-hidden />
            {words.takes.unlock}
          </button>
        ) : (
          <button className="button" disabled={isBusy || isEmpty || act.isPending} onClick={() => act.mutate(lock)}>
            <Lock size={14} aria-hidden />
            {words.takes.lock}
          </button>
        )}
        {material.is_own && !material.is_locked && (
          <button className="button" disabled={isBusy || act.isPending || !spending.isKnown} onClick={letGo}>
            <Undo2 size={14} className="mirrored" aria-hidden />
            {words.takes.takeOwnAway}
          </button>
        )}
      </div>
      <Problem error={act.error} />
      {spending.question}
    </div>
  )
}

/** Another take: the same wish once more, or the scene said otherwise. */
function Another({ project, scene, material, isBusy }: Place) {
  const words = useWords()
  const act = useAction(project.id)
  const spending = useSpending(project)
  const id = useId()
  const price = spending.ofBuild([material.stage])
  const isOff = isBusy || act.isPending || !spending.isKnown
  const field = material.stage === 'voice_tracks' ? 'narration' : 'visual_prompt'
  const again = () =>
    ask(api.POST('/api/v1/assets/generate', {
      params: { header: once() },
      body: { project: project.id, stage: material.stage, scenes: scene ? [scene.id] : [] },
    }))
  const change = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault()
    const said = String(new FormData(event.currentTarget).get('wish')).trim()
    if (!scene || !said || said === scene[field]) return
    const path = { key: project.id, scene_id: scene.id }
    spending.spend(price, () => act.mutate(() =>
      ask(api.PATCH('/api/v1/projects/{key}/scenes/{scene_id}', { params: { path, header: once() }, body: { [field]: said } }))))
  }
  return (
    <section className="stack tight" aria-label={words.takes.another}>
      {scene && (
        <form className="field" onSubmit={change}>
          <label htmlFor={id}>{field === 'narration' ? words.project.narration : words.project.picture}</label>
          <textarea className="input" id={id} name="wish" rows={2} dir="auto" key={scene[field]} defaultValue={scene[field]} aria-describedby={`${id}-hint`} />
          <span className="hint" id={`${id}-hint`}>{words.takes.wishHint}</span>
          <div className="row">
            <button className="button main" disabled={isOff}>{words.takes.makeSo}<PriceTag price={price} /></button>
          </div>
        </form>
      )}
      <div className="row">
        <button className="button" disabled={isOff || material.is_own} onClick={() => spending.spend(price, () => act.mutate(again))}>
          <RefreshCw size={14} aria-hidden />
          {words.takes.another}
          <PriceTag price={price} />
        </button>
        {price === 0 && spending.isKnown && <span className="small quiet">{words.takes.freeHere}</span>}
      </div>
      <Problem error={act.error} />
      {spending.question}
    </section>
  )
}

function OwnFile({ path, project, material, isBusy }: ActProps) {
  const words = useWords()
  const formats = useFormats()
  const act = useAction(project.id)
  const spending = useSpending(project)
  const [share, setShare] = useState<number>()
  const send = useMutation({
    mutationFn: async (file: File) => {
      const { asset } = await sendFile(file, setShare)
      if (asset) {
        await act.mutateAsync(() => ask(api.PUT('/api/v1/projects/{key}/material/{stage}/{scene_id}/file', {
          params: { path, header: once() }, body: { asset },
        })))
      }
    },
    onSettled: () => setShare(undefined),
  })
  return (
    <div className="stack tight">
      <div className="row">
        <label className="choice">
          <FilePlus2 size={16} aria-hidden />
          {words.takes.replace}
          <input type="file" accept={FILES[material.stage]} disabled={isBusy || send.isPending || !spending.isKnown} onChange={(event) => {
            const file = event.target.files?.[0]
            event.target.value = ''
            if (file) spending.spend(spending.ofBuild([]), () => send.mutate(file))
          }} />
        </label>
        <span className="small quiet" role="status">
          {share === undefined ? words.takes.replaceHint : formats.percent(share)}
        </span>
      </div>
      <Problem error={send.error} />
      {spending.question}
    </div>
  )
}
