'use client'
/** Publishing a film: where, when, with which words, and what each network would say of it. */
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { Check, CircleAlert } from 'lucide-react'
import { useState, type FormEvent } from 'react'
import { api, ask, once, type Schemas } from '@/api/client'
import { useAccounts, usePlatforms, useProjects } from '@/api/queries'
import { useWords } from '@/i18n/context'
import { Dialog, FromServer, placeName, Problem } from '@/ui/basics'
import { addDays, toLocal, ZONE } from './days'

const HAS_FILM: ReadonlySet<string> = new Set(['ready', 'scheduled', 'published'])
const MORNING_HOUR = 9

export function NewPost({ project: wanted, day, close }: { project: string; day: Date; close: () => void }) {
  const words = useWords()
  const queries = useQueryClient()
  const films = (useProjects().data?.pages.flatMap((page) => page.items) ?? []).filter((one) => HAS_FILM.has(one.status))
  const [chosen, setProject] = useState(wanted)
  const project = chosen || films[0]?.id || ''
  const [places, setPlaces] = useState<string[]>(['local_channel'])
  const [isNow, setNow] = useState(true)
  const [at, setAt] = useState(() => toLocal(nextMorning(day)))
  const [post, setPost] = useState({ title: '', caption: '', hashtags: '' })
  const [key] = useState(once)
  const isAccount = (place: string) => /^[0-9a-f-]+$/.test(place)
  const plan = {
    accounts: places.filter(isAccount),
    platforms: places.filter((one) => !isAccount(one)),
  }
  const hashtags = post.hashtags.split(/[\s,#]+/).filter(Boolean)
  const fits = useFits({ project, ...plan, title: post.title, caption: post.caption, hashtags })
  const send = useMutation({
    mutationFn: () => {
      const body: Schemas['PublicationIn'] = {
        project,
        ...plan,
        post: { title: post.title, caption: post.caption, hashtags },
        ...(isNow ? {} : { at, zone: ZONE }),
      }
      return ask(api.POST('/api/v1/publications', { params: { header: key }, body }))
    },
    onSuccess: () => {
      void queries.invalidateQueries({ queryKey: ['publications'] })
      close()
    },
  })
  const submit = (event: FormEvent) => {
    event.preventDefault()
    send.mutate()
  }
  if (films.length === 0 && !wanted) {
    return <Dialog title={words.publish.new} close={close}><p>{words.publish.noFilms}</p></Dialog>
  }
  return (
    <Dialog title={words.publish.new} close={close}>
      <form className="stack" onSubmit={submit}>
        <div className="field">
          <label htmlFor="film">{words.publish.film}</label>
          <select className="input" id="film" value={project} onChange={(event) => setProject(event.target.value)}>
            {films.map((one) => <option key={one.id} value={one.id}>{one.title}</option>)}
          </select>
        </div>
        <Places chosen={places} choose={setPlaces} />
        <When isNow={isNow} setNow={setNow} at={at} setAt={setAt} />
        {(['title', 'caption', 'hashtags'] as const).map((name) => (
          <div className="field" key={name}>
            <label htmlFor={`post-${name}`}>{words.publish[name === 'title' ? 'titleField' : name]}</label>
            <input className="input" id={`post-${name}`} dir="auto" value={post[name]} maxLength={2000}
              placeholder={name === 'title' ? fits.data?.[0]?.post.title : undefined}
              onChange={(event) => setPost({ ...post, [name]: event.target.value })} />
          </div>
        ))}
        <Fits fits={fits.data ?? []} />
        <Problem error={send.error} />
        <button className="button main" disabled={!project || places.length === 0 || send.isPending}>
          {isNow ? words.publish.send : words.publish.schedule}
        </button>
      </form>
    </Dialog>
  )
}

function nextMorning(day: Date): Date {
  const morning = new Date(day.getFullYear(), day.getMonth(), day.getDate(), MORNING_HOUR)
  return morning > new Date() ? morning : addHours(addDays(new Date(), 1), MORNING_HOUR)
}

function addHours(day: Date, hours: number): Date {
  return new Date(day.getFullYear(), day.getMonth(), day.getDate(), hours)
}

function Places({ chosen, choose }: { chosen: string[]; choose: (places: string[]) => void }) {
  const words = useWords()
  const accounts = useAccounts().data ?? []
  const platforms = (usePlatforms().data ?? []).filter((one) => !one.needs_account)
  const places = [
    ...platforms.map((one) => ({ id: one.name, name: placeName(words, one.name), isUsable: true })),
    ...accounts.map((one) => ({ id: one.id, name: `${one.platform}: ${one.name}`, isUsable: one.health !== 'disconnected' })),
  ]
  const toggle = (id: string) =>
    choose(chosen.includes(id) ? chosen.filter((one) => one !== id) : [...chosen, id])
  return (
    <fieldset className="field">
      <legend>{words.publish.where}</legend>
      <div className="choices">
        {places.map((place) => (
          <label className="choice" key={place.id}>
            <input type="checkbox" checked={chosen.includes(place.id)} disabled={!place.isUsable} onChange={() => toggle(place.id)} />
            <bdi>{place.name}</bdi>
          </label>
        ))}
      </div>
    </fieldset>
  )
}

type WhenProps = { isNow: boolean; setNow: (isNow: boolean) => void; at: string; setAt: (at: string) => void }

function When({ isNow, setNow, at, setAt }: WhenProps) {
  const words = useWords()
  return (
    <fieldset className="field">
      <legend>{words.publish.when}</legend>
      <div className="choices">
        <label className="choice">
          <input type="radio" name="when" checked={isNow} onChange={() => setNow(true)} />
          {words.publish.now}
        </label>
        <label className="choice">
          <input type="radio" name="when" checked={!isNow} onChange={() => setNow(false)} />
          {words.publish.atTime}
        </label>
      </div>
      {!isNow && (
        <label className="row">
          <span className="hidden-text">{words.publish.atTime}</span>
          <input className="input grow" type="datetime-local" value={at} required onChange={(event) => setAt(event.target.value)} />
          <span className="small quiet" dir="ltr">{ZONE}</span>
        </label>
      )}
    </fieldset>
  )
}

type Asked = { project: string; accounts: string[]; platforms: string[]; title: string; caption: string; hashtags: string[] }

function useFits(asked: Asked) {
  return useQuery({
    queryKey: ['fits', asked],
    queryFn: () => ask(api.GET('/api/v1/publications/check', { params: { query: asked } })),
    enabled: Boolean(asked.project) && asked.accounts.length + asked.platforms.length > 0,
    placeholderData: (before) => before,
  })
}

function Fits({ fits }: { fits: Schemas['FitOut'][] }) {
  const words = useWords()
  return (
    <ul className="stack tight" aria-live="polite">
      {fits.map((fit) => (
        <li key={fit.platform + fit.account} className={`notice ${fit.fits ? 'tone-green' : 'tone-yellow'}`}>
          {fit.fits ? <Check size={18} aria-hidden /> : <CircleAlert size={18} aria-hidden />}
          <div>
            <p className="small strong">
              <bdi>{placeName(words, fit.platform)}</bdi> · {fit.format} {fit.fits && `· ${words.publish.checks}`}
            </p>
            {fit.findings.map((one) => <FromServer key={one.code} text={`${one.message} ${one.hint}`} />)}
          </div>
        </li>
      ))}
    </ul>
  )
}
