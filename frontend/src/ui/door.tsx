'use client'
/** Signing in and signing up: one card, the words of a language chosen below it. */
import { Play } from 'lucide-react'
import Link from 'next/link'
import { useRouter, useSearchParams } from 'next/navigation'
import { useEffect, useState, type FormEvent } from 'react'
import { api, ask, Refusal } from '@/api/client'
import { useSession } from '@/api/session'
import { settle } from '@/api/tokens'
import { LOCALES, NAMES } from '@/i18n'
import { useLocale, useWords } from '@/i18n/context'
import { Problem } from './basics'

type Kind = 'sign-in' | 'sign-up'

export function Door({ kind }: { kind: Kind }) {
  const words = useWords()
  const locale = useLocale()
  const router = useRouter()
  const next = safePath(useSearchParams().get('next')) ?? `/${locale}/`
  const { state } = useSession()
  useEffect(() => {
    if (state === 'in') router.replace(next)
  }, [state, next, router])
  const other = kind === 'sign-in' ? 'sign-up' : 'sign-in'
  return (
    <main className="door">
      <div className="stack">
        <div className="card stack">
          <div className="stack tight">
            <span className="brand">
              <span className="dot">
                <Play size={14} fill="currentColor" aria-hidden />
              </span>
            </span>
            <h1>{kind === 'sign-in' ? words.door.signIn : words.door.signUp}</h1>
            <p className="quiet">{words.door.lead}</p>
          </div>
          <DoorForm kind={kind} />
          <p className="small quiet">
            {kind === 'sign-in' ? words.door.noAccount : words.door.haveAccount}{' '}
            <Link href={`/${locale}/${other}/`}>
              {kind === 'sign-in' ? words.door.signUp : words.door.signIn}
            </Link>
          </p>
        </div>
        <nav className="tongues" aria-label={words.nav.language}>
          {LOCALES.map((one) => (
            <a key={one} href={`/${one}/${kind}/`} lang={one} aria-current={one === locale || undefined}>
              {NAMES[one]}
            </a>
          ))}
        </nav>
      </div>
    </main>
  )
}

function DoorForm({ kind }: { kind: Kind }) {
  const words = useWords()
  const [error, setError] = useState<unknown>(null)
  const [isBusy, setBusy] = useState(false)
  const isNew = kind === 'sign-up'
  const send = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault()
    const given = new FormData(event.currentTarget)
    const word = (name: string) => String(given.get(name) ?? '')
    const body = { email: word('email'), password: word('password'), refresh_in: 'cookie' as const }
    setBusy(true)
    setError(null)
    await (isNew
      ? ask(api.POST('/api/v1/auth/register', { body: { ...body, name: word('name'), tenant: word('tenant') } }))
      : ask(api.POST('/api/v1/auth/login', { body }))
    ).then(settle, setError)
    setBusy(false)
  }
  const wrong = (name: string) =>
    error instanceof Refusal ? error.fields.find((one) => one.field.endsWith(name))?.message : undefined
  return (
    <form className="stack" onSubmit={(event) => void send(event)}>
      <Problem error={error} />
      {isNew && <Field name="name" label={words.door.name} autoComplete="name" wrong={wrong('name')} />}
      {isNew && (
        <Field name="tenant" label={words.door.tenant} hint={words.door.tenantHint}
          autoComplete="organization" wrong={wrong('tenant')} />
      )}
      <Field name="email" type="email" label={words.door.email} autoComplete="username" isRequired
        wrong={wrong('email')} />
      <Field name="password" type="password" label={words.door.password} isRequired
        hint={isNew ? words.door.passwordHint : undefined}
        autoComplete={isNew ? 'new-password' : 'current-password'} wrong={wrong('password')} />
      <button className="button main" disabled={isBusy}>
        {isNew ? words.door.signUp : words.door.signIn}
      </button>
    </form>
  )
}

function Field(props: {
  name: string
  label: string
  autoComplete: string
  type?: string
  hint?: string
  wrong?: string
  isRequired?: boolean
}) {
  const hintId = `${props.name}-hint`
  return (
    <div className="field">
      <label htmlFor={props.name}>{props.label}</label>
      <input
        className="input"
        id={props.name}
        name={props.name}
        type={props.type ?? 'text'}
        autoComplete={props.autoComplete}
        required={props.isRequired}
        aria-describedby={props.hint ? hintId : undefined}
        aria-invalid={Boolean(props.wrong)}
        dir={props.type === 'email' ? 'ltr' : undefined}
      />
      {props.hint && <span className="hint" id={hintId}>{props.hint}</span>}
      {props.wrong && <span className="wrong" lang="en" dir="ltr">{props.wrong}</span>}
    </div>
  )
}

/** A path of this site, and no other address. */
function safePath(next: string | null): string | null {
  return next && /^\/(en|fr|ar)\//.test(next) ? next : null
}
