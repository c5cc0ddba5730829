'use client'
/** The frame around every page of a signed-in person. */
import { CalendarDays, Clapperboard, Images, LogOut, Play } from 'lucide-react'
import Link from 'next/link'
import { usePathname, useRouter } from 'next/navigation'
import { useEffect, useState, type ReactNode } from 'react'
import { useLine } from '@/api/live'
import { signOut, useSession } from '@/api/session'
import { LOCALES, NAMES } from '@/i18n'
import { useLocale, useWords } from '@/i18n/context'
import { applyTheme, storedTheme, type Theme } from './theme'

const PAGES = [
  { path: '', name: 'projects', icon: Clapperboard },
  { path: 'publish/', name: 'publish', icon: CalendarDays },
  { path: 'library/', name: 'library', icon: Images },
] as const

export function Shell({ children }: { children: ReactNode }) {
  const session = useSession()
  const words = useWords()
  const locale = useLocale()
  const router = useRouter()
  const isOut = session.state === 'out'
  // The session may be settled before this part is hydrated, which must begin as it was built.
  const [isHydrated, setHydrated] = useState(false)
  useEffect(() => setHydrated(true), [])
  useEffect(() => {
    if (!isOut) return
    const back = encodeURIComponent(location.pathname + location.search)
    router.replace(`/${locale}/sign-in/?next=${back}`)
  }, [isOut, locale, router])
  if (!isHydrated || session.state !== 'in') return <p className="hidden-text">{words.common.loading}</p>
  return (
    <div className="shell">
      <a className="skip" href="#content">
        {words.nav.skip}
      </a>
      <header className="side">
        <Link className="brand" href={`/${locale}/`} aria-label={words.product}>
          <span className="dot">
            <Play size={14} fill="currentColor" aria-hidden />
          </span>
          <span>{words.product}</span>
        </Link>
        <Navigation />
        <div className="foot">
          <LineState />
          <LanguageChoice />
          <ThemeChoice />
          <div className="row spread">
            <span className="small quiet cut who grow">{session.user.name || session.user.email}</span>
            <button className="button plain icon" onClick={() => void signOut()} title={words.nav.signOut}>
              <LogOut size={16} className="mirrored" aria-hidden />
              <span className="hidden-text">{words.nav.signOut}</span>
            </button>
          </div>
        </div>
      </header>
      <main className="page" id="content" tabIndex={-1}>
        {children}
      </main>
    </div>
  )
}

function Navigation() {
  const words = useWords()
  const locale = useLocale()
  const here = usePathname()
  const inProject = /\/(project|new|cut)\/$/.test(here)
  return (
    <nav aria-label={words.nav.main}>
      <ul>
        {PAGES.map(({ path, name, icon: Icon }) => {
          const href = `/${locale}/${path}`
          const isHere = here === href || (name === 'projects' && inProject)
          return (
            <li key={name}>
              <Link href={href} aria-current={isHere ? 'page' : undefined}>
                <Icon size={18} aria-hidden />
                {words.nav[name]}
              </Link>
            </li>
          )
        })}
      </ul>
    </nav>
  )
}

function LineState() {
  const line = useLine()
  return (
    <p className={`line-state ${line}`} role="status">
      <span>{useWords().line[line]}</span>
    </p>
  )
}

export function LanguageChoice() {
  const locale = useLocale()
  const words = useWords()
  const choose = (next: string) => {
    document.cookie = `locale=${next}; path=/; max-age=31536000; samesite=lax`
    const rest = location.pathname.replace(/^\/[a-z]{2}\//, '')
    location.assign(`/${next}/${rest}${location.search}`)
  }
  return (
    <label>
      <span className="hidden-text">{words.nav.language}</span>
      <select className="input" value={locale} onChange={(event) => choose(event.target.value)}>
        {LOCALES.map((one) => (
          <option key={one} value={one} lang={one}>
            {NAMES[one]}
          </option>
        ))}
      </select>
    </label>
  )
}

function ThemeChoice() {
  const words = useWords()
  const [theme, setTheme] = useState<Theme>('system')
  useEffect(() => setTheme(storedTheme()), [])
  const choose = (next: Theme) => {
    applyTheme(next)
    setTheme(next)
  }
  return (
    <label>
      <span className="hidden-text">{words.nav.theme}</span>
      <select
        className="input"
        value={theme}
        onChange={(event) => choose(event.target.value as Theme)}
      >
        <option value="system">{words.nav.system}</option>
        <option value="light">{words.nav.light}</option>
        <option value="dark">{words.nav.dark}</option>
      </select>
    </label>
  )
}
