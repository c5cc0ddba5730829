'use client'
/** A new film: what it is about and how it should be, with its price beside it before anything runs. */
import { useMutation, useQuery } from '@tanstack/react-query'
import { FileText, Sparkles } from 'lucide-react'
import { useRouter, useSearchParams } from 'next/navigation'
import { useEffect, useState } from 'react'
import { api, ask, once, type Schemas } from '@/api/client'
import { useProviders, useVoices, type Brief } from '@/api/queries'
import { useFormats, useLocale, useWords } from '@/i18n/context'
import { LOCALES } from '@/i18n'
import { Busy, Problem } from '@/ui/basics'
import { CapField } from './cap'

const SHAPES = ['16:9', '9:16', '1:1', '4:5'] as const
const DURATIONS = [10, 20, 30, 60, 90, 180] as const
const CAPTIONS = ['active_word', 'karaoke', 'plain', 'outline', 'none'] as const
const PAUSE_MS = 500

export function NewFilm() {
  const words = useWords()
  const locale = useLocale()
  const isExample = useSearchParams().get('example') === 'yes'
  const [brief, setBrief] = useState<Brief>(() => ({
    text: isExample ? words.brief.exampleText : '',
    language: locale,
    duration_s: 20,
    formats: ['16:9'],
    providers: {},
    approvals: [],
  }))
  const change = (part: Partial<Brief>) => setBrief((before) => ({ ...before, ...part }))
  return (
    <>
      <div className="page-head">
        <h1>{words.brief.title}</h1>
      </div>
      <div className="two">
        <div className="card stack loose">
          <TextField brief={brief} change={change} />
          <Shape brief={brief} change={change} />
          <Sound brief={brief} change={change} />
          <Services brief={brief} change={change} />
        </div>
        <Price brief={brief} change={change} />
      </div>
    </>
  )
}

type Part = { brief: Brief; change: (part: Partial<Brief>) => void }

function TextField({ brief, change }: Part) {
  const words = useWords()
  const read = async (file: File | undefined) => {
    if (file) change({ text: await file.text() })
  }
  return (
    <div className="stack">
      <div className="field">
        <label htmlFor="text">{words.brief.text}</label>
        <textarea className="input" id="text" rows={7} dir="auto" required value={brief.text}
          aria-describedby="text-hint" onChange={(event) => change({ text: event.target.value })} />
        <span className="hint" id="text-hint">{words.brief.textHint}</span>
      </div>
      <div className="row">
        <label className="choice">
          <FileText size={16} aria-hidden />
          {words.brief.file}
          <input type="file" accept=".txt,.md,text/plain,text/markdown"
            onChange={(event) => void read(event.target.files?.[0])} />
        </label>
        {!brief.text && (
          <button className="button plain" onClick={() => change({ text: words.brief.exampleText })}>
            <Sparkles size={16} aria-hidden />
            {words.projects.example}
          </button>
        )}
      </div>
      <div className="field">
        <label htmlFor="title">{words.brief.titleField}</label>
        <input className="input" id="title" dir="auto" maxLength={120} value={brief.title ?? ''}
          placeholder={words.brief.titleHint} onChange={(event) => change({ title: event.target.value })} />
      </div>
    </div>
  )
}

function Shape({ brief, change }: Part) {
  const words = useWords()
  const chosen = brief.formats ?? []
  const toggle = (shape: (typeof SHAPES)[number]) => {
    const next = chosen.includes(shape) ? chosen.filter((one) => one !== shape) : [...chosen, shape]
    if (next.length > 0) change({ formats: next })
  }
  return (
    <div className="stack">
      <fieldset className="field">
        <legend>{words.brief.language}</legend>
        <div className="choices">
          {LOCALES.map((one) => (
            <label className="choice" key={one}>
              <input type="radio" name="language" checked={brief.language === one}
                onChange={() => change({ language: one, voice: '' })} />
              {words.brief.languages[one]}
            </label>
          ))}
        </div>
      </fieldset>
      <fieldset className="field">
        <legend>{words.brief.shape}</legend>
        <div className="choices">
          {SHAPES.map((shape) => (
            <label className="choice" key={shape}>
              <input type="checkbox" checked={chosen.includes(shape)} onChange={() => toggle(shape)} />
              <span className={`shape s${shape.replace(':', 'x')}`} aria-hidden />
              {words.brief.shapes[shape]}
              <span className="quiet" dir="ltr">{shape}</span>
            </label>
          ))}
        </div>
      </fieldset>
      <fieldset className="field">
        <legend>{words.brief.duration}</legend>
        <div className="choices">
          {DURATIONS.map((seconds) => (
            <label className="choice" key={seconds}>
              <input type="radio" name="duration" checked={brief.duration_s === seconds}
                onChange={() => change({ duration_s: seconds })} />
              {words.common.seconds(seconds)}
            </label>
          ))}
        </div>
      </fieldset>
    </div>
  )
}

function Sound({ brief, change }: Part) {
  const words = useWords()
  const voices = useVoices(brief.language ?? 'en').data ?? []
  const chosen = voices.find((one) => one.voice === brief.voice)
  const captions = brief.look?.captions?.style ?? 'active_word'
  return (
    <div className="row">
      <div className="field grow">
        <label htmlFor="voice">{words.brief.voice}</label>
        <select className="input" id="voice" value={brief.voice ?? ''}
          onChange={(event) => change({ voice: event.target.value })}>
          <option value="">{words.brief.voiceDefault}</option>
          {voices.map((one) => (
            <option key={one.provider + one.voice} value={one.voice}>{`${one.voice} (${one.provider})`}</option>
          ))}
        </select>
        {chosen?.sample && <audio controls preload="none" src={chosen.sample} />}
      </div>
      <div className="field grow">
        <label htmlFor="captions">{words.brief.captions}</label>
        <select className="input" id="captions" value={captions}
          onChange={(event) => {
            const style = event.target.value as (typeof CAPTIONS)[number]
            change({ look: { ...brief.look, captions: { ...brief.look?.captions, style } } })
          }}>
          {CAPTIONS.map((style) => (
            <option key={style} value={style}>{words.brief.captionStyles[style]}</option>
          ))}
        </select>
      </div>
    </div>
  )
}

function Services({ brief, change }: Part) {
  const words = useWords()
  const providers = useProviders()
  const byCapability = Map.groupBy(providers.data ?? [], (one) => one.capability)
  const choose = (capability: string, name: string) => {
    const { [capability]: _before, ...others } = brief.providers ?? {}
    change({ providers: name ? { ...others, [capability]: name } : others })
  }
  return (
    <details>
      <summary className="strong">{words.brief.providers}</summary>
      <div className="stack">
        <p className="small quiet">{words.brief.providersHint}</p>
        {[...byCapability].map(([capability, offered]) => (
          <div className="field" key={capability}>
            <label htmlFor={`by-${capability}`}>{words.brief.capability[capability]}</label>
            <select className="input" id={`by-${capability}`} value={brief.providers?.[capability] ?? ''}
              onChange={(event) => choose(capability, event.target.value)}>
              <option value="">{offered.find((one) => one.is_default)?.name ?? words.common.none}</option>
              {offered.filter((one) => !one.is_default).map((one) => (
                <option key={one.name} value={one.name} disabled={!one.configured}>
                  {one.configured ? one.name : `${one.name}: ${words.brief.providerNeeds(one.missing.join(', '))}`}
                </option>
              ))}
            </select>
          </div>
        ))}
      </div>
    </details>
  )
}

function Price({ brief, change }: Part) {
  const words = useWords()
  const formats = useFormats()
  const estimate = useEstimate(brief)
  const router = useRouter()
  const locale = useLocale()
  // One key for one form: sent again after a lost answer, it is still one project.
  const [key] = useState(once)
  const create = useMutation({
    mutationFn: (begin: boolean) =>
      ask(api.POST('/api/v1/projects', { params: { header: key }, body: { ...brief, begin } })),
    onSuccess: (project) => router.push(`/${locale}/project/?key=${project.id}`),
  })
  const isReady = Boolean(brief.text.trim())
  const cost = estimate.data?.cost_usd
  const isPaid = cost != null && Number(cost) > 0
  const isOver = brief.cap_usd != null && isPaid && Number(cost) > Number(brief.cap_usd)
  return (
    <aside className="card stack" aria-labelledby="price">
      <h2 id="price">{words.brief.price}</h2>
      <div aria-live="polite" className="stack">
        {estimate.isFetching && <Busy label={words.brief.estimating} />}
        <Problem error={estimate.error} />
        {estimate.data && <EstimateRows estimate={estimate.data} />}
      </div>
      <CapField value={String(brief.cap_usd ?? '')} change={(cap) => change({ cap_usd: cap || null })} />
      {isOver && <p className="notice tone-yellow small" role="status">{words.brief.overCap}</p>}
      <p className="small quiet">{words.brief.cap}</p>
      <label className="check">
        <input type="checkbox" checked={brief.approvals?.includes('script') ?? false}
          onChange={(event) => change({ approvals: event.target.checked ? ['script'] : [] })} />
        {words.brief.approve}
      </label>
      <Problem error={create.error} />
      <div className="row">
        <button className="button main grow" disabled={!isReady || create.isPending}
          onClick={() => create.mutate(true)}>
          {isPaid ? words.brief.startFor(formats.money(cost)) : words.brief.start}
        </button>
        <button className="button" disabled={!isReady || create.isPending} onClick={() => create.mutate(false)}>
          {words.brief.draft}
        </button>
      </div>
    </aside>
  )
}

function EstimateRows({ estimate }: { estimate: Schemas['EstimateOut'] }) {
  const words = useWords()
  const formats = useFormats()
  const isFree = estimate.cost_usd !== null && Number(estimate.cost_usd) === 0
  return (
    <div className="stack">
      <p>
        <span className="hidden-text">{words.brief.total}</span>
        <strong className="numbers">
          {estimate.cost_usd === null ? words.brief.unknownPrice : formats.money(estimate.cost_usd)}
        </strong>{' '}
        <span className="quiet">{words.brief.estimateFor(words.common.scenes(estimate.scenes))}</span>
      </p>
      {isFree && <p className="small tone-green notice">{words.brief.free}</p>}
      <dl className="facts">
        {estimate.rows.map((row) => (
          <EstimateRow key={row.capability + row.provider} row={row} />
        ))}
      </dl>
    </div>
  )
}

function EstimateRow({ row }: { row: Schemas['EstimateRowOut'] }) {
  const words = useWords()
  const formats = useFormats()
  return (
    <>
      <dt>{words.brief.capability[row.capability]}</dt>
      <dd className="row spread numbers">
        <span dir="ltr">{row.provider} × {row.calls}</span>
        <span>{row.cost_usd === null ? '?' : formats.money(row.cost_usd)}</span>
      </dd>
    </>
  )
}

/** The price of a brief, asked for when the typing rests. */
function useEstimate(brief: Brief) {
  const { text, language, duration_s, formats, voice, providers, look } = brief
  const asked: Schemas['BriefIn'] = { text, language, duration_s, formats, voice, providers, look }
  const written = JSON.stringify(asked)
  const [rested, setRested] = useState(asked)
  useEffect(() => {
    const timer = setTimeout(() => setRested(JSON.parse(written) as Schemas['BriefIn']), PAUSE_MS)
    return () => clearTimeout(timer)
  }, [written])
  return useQuery({
    queryKey: ['estimate', rested],
    queryFn: () => ask(api.POST('/api/v1/estimates', { body: rested })),
    enabled: Boolean(rested.text.trim()),
    placeholderData: (before) => before,
  })
}
