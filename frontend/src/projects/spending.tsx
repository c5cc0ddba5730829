'use client'
/** The price before the work: what is free is done at once, everything else is asked about first. */
import { useState, type ReactNode } from 'react'
import { useEstimate, useMaterial, type Project, type Stage } from '@/api/queries'
import { useFormats, useWords } from '@/i18n/context'
import { Dialog } from '@/ui/basics'

/** Which capabilities may be asked again when a stage's material changes: its own and what follows. */
const FOLLOWS: Partial<Record<Stage, readonly string[]>> = {
  scene_images: ['image', 'judge', 'video'],
  voice_tracks: ['voice', 'alignment', 'avatar'],
  clips: ['video', 'judge'],
  music: ['music'],
}
const ONCE_A_FILM: ReadonlySet<string> = new Set(['music', 'script'])

/** US dollars at most; null: a service does not say its price. */
export type Price = number | null
export type Spending = {
  isKnown: boolean
  /** Of the whole film, as if nothing of it were made. */
  whole: Price
  priceOf: (stages: readonly Stage[]) => Price
  /** Of a change that builds: a build makes whatever is stale beside it, too. */
  ofBuild: (stages: readonly Stage[]) => Price
  /** Do it, once the price is agreed to. */
  spend: (price: Price, act: () => void) => void
  question: ReactNode
}

export function useSpending(project: Project, isWanted = true): Spending {
  const estimate = useEstimate(project.id, isWanted)
  const material = useMaterial(project.id, isWanted)
  const behind = (material.data ?? []).filter((one) => one.is_stale).map((one) => one.stage)
  const [asked, ask] = useState<{ price: Price; act: () => void }>()
  const priceOf = (stages: readonly Stage[]): Price =>
    stages.reduce<Price>((sum, stage) => {
      const each = priceOfStage(estimate.data, stage)
      return sum === null || each === null ? null : sum + each
    }, 0)
  return {
    isKnown: !estimate.isPending && !material.isPending,
    whole: estimate.data?.cost_usd == null ? null : Number(estimate.data.cost_usd),
    priceOf,
    ofBuild: (stages) => priceOf([...stages, ...behind]),
    spend: (price, act) => (price === 0 ? act() : ask({ price, act })),
    question: asked && <Question price={asked.price} act={asked.act} close={() => ask(undefined)} />,
  }
}

type Estimate = ReturnType<typeof useEstimate>['data']

function priceOfStage(estimate: Estimate, stage: Stage): Price {
  if (!estimate) return null
  const rows = estimate.rows.filter((row) => FOLLOWS[stage]?.includes(row.capability))
  return rows.reduce<Price>((sum, row) => {
    if (sum === null || row.cost_usd === null) return null
    return sum + Number(row.cost_usd) / (ONCE_A_FILM.has(row.capability) ? 1 : estimate.scenes)
  }, 0)
}

function Question({ price, act, close }: { price: Price; act: () => void; close: () => void }) {
  const words = useWords()
  const formats = useFormats()
  return (
    <Dialog title={words.spending.title} close={close}>
      <p>{price === null ? words.spending.unknown : words.spending.atMost(formats.money(String(price)))}</p>
      <p className="small quiet">{words.spending.cap}</p>
      <div className="row">
        <button className="button main" onClick={() => { close(); act() }}>{words.spending.agree}</button>
        <button className="button plain" onClick={close}>{words.common.cancel}</button>
      </div>
    </Dialog>
  )
}

/** What a button would cost, behind its name; nothing where it is free. */
export function PriceTag({ price }: { price: Price }) {
  const words = useWords()
  const formats = useFormats()
  if (price === 0) return null
  return <span className="small numbers">· {price === null ? words.spending.priceUnknown : formats.money(String(price))}</span>
}
