'use client'
/** What a project may spend: a sum in US dollars, or as much as the operator allows. */
import { Wallet } from 'lucide-react'
import { useId, useState, type FormEvent } from 'react'
import { api, ask, once } from '@/api/client'
import { useCost, type Project } from '@/api/queries'
import { useWords } from '@/i18n/context'
import { Problem } from '@/ui/basics'
import { useAction } from './project'

const MOST_USD = 1_000_000

type FieldProps = { name?: string; value?: string; initial?: string; change?: (value: string) => void }

export function CapField({ name, value, initial, change }: FieldProps) {
  const words = useWords()
  const id = useId()
  return (
    <div className="field">
      <label htmlFor={id}>{words.spending.capField}</label>
      <input className="input" id={id} name={name} type="number" inputMode="decimal" min={0} max={MOST_USD} step="0.01" dir="ltr"
        value={value} defaultValue={initial} aria-describedby={`${id}-hint`} onChange={(event) => change?.(event.target.value)} />
      <span className="hint" id={`${id}-hint`}>{words.spending.capHint}</span>
    </div>
  )
}

export function CapForm({ project }: { project: Project }) {
  const words = useWords()
  const cap = useCost(project.id).data?.cap_usd
  const [isOpen, setOpen] = useState(false)
  const act = useAction(project.id)
  const save = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault()
    const given = String(new FormData(event.currentTarget).get('cap'))
    const params = { path: { key: project.id }, header: once() }
    act.mutate(() => ask(api.PUT('/api/v1/projects/{key}/cap', { params, body: { cap_usd: given || null } })), {
      onSuccess: () => setOpen(false),
    })
  }
  if (!isOpen) {
    return (
      <div>
        <button className="button" onClick={() => setOpen(true)}>
          <Wallet size={14} aria-hidden />
          {words.spending.capSet}
        </button>
      </div>
    )
  }
  return (
    <form className="stack tight" onSubmit={save}>
      <CapField name="cap" initial={cap ? String(Number(cap)) : ''} />
      <Problem error={act.error} />
      <div className="row">
        <button className="button main" disabled={act.isPending}>{words.common.save}</button>
        <button type="button" className="button plain" onClick={() => setOpen(false)}>{words.common.cancel}</button>
      </div>
    </form>
  )
}
