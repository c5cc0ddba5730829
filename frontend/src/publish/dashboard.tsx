'use client'
/** What goes out, when and where: a calendar to drag in, every state in its colour and in words. */
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { CalendarPlus, ChevronLeft, ChevronRight } from 'lucide-react'
import { useSearchParams } from 'next/navigation'
import { useState, type DragEvent } from 'react'
import { api, ask, once } from '@/api/client'
import { usePublications, type Publication } from '@/api/queries'
import { useFormats, useLocale, useWords } from '@/i18n/context'
import { Empty, placeName, Problem, Tabs } from '@/ui/basics'
import { Accounts } from './accounts'
import { addDays, isSameDay, startOfDay, startOfWeek, toLocal, WEEK, weeksOfMonth, ZONE } from './days'
import { Figures } from './figures'
import { NewPost } from './new'
import { PostDialog } from './post'

type View = 'month' | 'week' | 'list'
const LIST_DAYS = 60
const MOVABLE: ReadonlySet<string> = new Set(['scheduled', 'preparing', 'prepared'])
export const STATES = [
  'scheduled', 'preparing', 'prepared', 'committing', 'published', 'unconfirmed', 'failed', 'cancelled',
] as const

export function Dashboard() {
  const words = useWords()
  const locale = useLocale()
  const wanted = useSearchParams().get('project') ?? ''
  const [view, setView] = useState<View>('month')
  const [day, setDay] = useState(() => startOfDay(new Date()))
  const [isNew, setNew] = useState(Boolean(wanted))
  const [open, setOpen] = useState<string>()
  const days = daysOf(view, day, locale)
  const from = days[0] ?? day
  const found = usePublications(from, addDays(days.at(-1) ?? day, 1))
  const posts = [...(found.data ?? [])].sort((a, b) => a.due_at.localeCompare(b.due_at))
  const opened = posts.find((one) => one.id === open)
  const isEmpty = found.isSuccess && posts.length === 0
  return (
    <>
      <div className="page-head">
        <h1>{words.publish.title}</h1>
        <button className="button main" onClick={() => setNew(true)}>
          <CalendarPlus size={16} aria-hidden />
          {words.publish.new}
        </button>
      </div>
      <Bar view={view} setView={setView} day={day} setDay={setDay} days={days} />
      <Problem error={found.error} retry={() => void found.refetch()} />
      {view === 'list' ? (
        <List posts={posts} open={setOpen} />
      ) : (
        <Calendar view={view} days={days} month={day} posts={posts} open={setOpen} />
      )}
      {isEmpty && view === 'list' && (
        <div className="card">
          <Empty icon={<CalendarPlus size={28} aria-hidden />} title={words.publish.emptyTitle} text={words.publish.emptyText} />
        </div>
      )}
      {isEmpty && view !== 'list' && <p className="quiet small">{words.publish.emptyTitle}. {words.publish.emptyText}</p>}
      <Legend />
      <Figures posts={posts} from={from} to={addDays(days.at(-1) ?? day, 1)} />
      <Accounts />
      {isNew && <NewPost project={wanted} day={day} close={() => setNew(false)} />}
      {opened && <PostDialog post={opened} close={() => setOpen(undefined)} />}
    </>
  )
}

function daysOf(view: View, day: Date, locale: 'en' | 'fr' | 'ar'): Date[] {
  if (view === 'month') return weeksOfMonth(day, locale)
  const first = view === 'week' ? startOfWeek(day, locale) : addDays(day, -LIST_DAYS / 2)
  return Array.from({ length: view === 'week' ? WEEK : LIST_DAYS }, (_, index) => addDays(first, index))
}

type BarProps = { view: View; setView: (view: View) => void; day: Date; setDay: (day: Date) => void; days: Date[] }

function Bar({ view, setView, day, setDay, days }: BarProps) {
  const words = useWords()
  const locale = useLocale()
  const formats = useFormats()
  const move = (sign: number) =>
    setDay(view === 'month' ? new Date(day.getFullYear(), day.getMonth() + sign, 1)
      : addDays(day, sign * (view === 'week' ? WEEK : LIST_DAYS)))
  const title = view === 'month'
    ? new Intl.DateTimeFormat(locale, { month: 'long', year: 'numeric' }).format(day)
    : `${formats.day(days[0] ?? day)} – ${formats.day(days.at(-1) ?? day)}`
  return (
    <div className="row spread">
      <div className="row">
        <button className="button icon" aria-label={words.publish.earlier} onClick={() => move(-1)}>
          <ChevronLeft size={18} className="mirrored" aria-hidden />
        </button>
        <button className="button" onClick={() => setDay(startOfDay(new Date()))}>{words.publish.today}</button>
        <button className="button icon" aria-label={words.publish.later} onClick={() => move(1)}>
          <ChevronRight size={18} className="mirrored" aria-hidden />
        </button>
        <h2 aria-live="polite">{title}</h2>
      </div>
      <Tabs label={words.publish.view} value={view} choose={setView}
        options={[['month', words.publish.month], ['week', words.publish.week], ['list', words.publish.list]]} />
    </div>
  )
}

type CalendarProps = { view: View; days: Date[]; month: Date; posts: Publication[]; open: (id: string) => void }

function Calendar({ view, days, month, posts, open }: CalendarProps) {
  const words = useWords()
  const locale = useLocale()
  const weekday = new Intl.DateTimeFormat(locale, { weekday: 'short' })
  const move = useMove()
  return (
    <div className="stack tight">
      <div className={`calendar ${view}`}>
        <div className="names" aria-hidden>
          {days.slice(0, WEEK).map((day) => <span key={day.getTime()}>{weekday.format(day)}</span>)}
        </div>
        <div className="days">
          {days.map((day) => (
            <Day key={day.getTime()} day={day} open={open}
              isOutside={view === 'month' && day.getMonth() !== month.getMonth()}
              posts={posts.filter((one) => isSameDay(new Date(one.due_at), day))}
              drop={(id) => {
                const post = posts.find((one) => one.id === id)
                if (post && !isSameDay(new Date(post.due_at), day)) move.mutate({ post, day })
              }} />
          ))}
        </div>
      </div>
      <p className="small quiet">{words.publish.dragHint}</p>
      <Problem error={move.error} />
    </div>
  )
}

/** Move a post to another day, at the same time of the day. */
function useMove() {
  const queries = useQueryClient()
  return useMutation({
    mutationFn: ({ post, day }: { post: Publication; day: Date }) => {
      const due = new Date(post.due_at)
      const at = new Date(day.getFullYear(), day.getMonth(), day.getDate(), due.getHours(), due.getMinutes())
      return ask(
        api.PATCH('/api/v1/publications/{publication_id}', {
          params: { path: { publication_id: post.id }, header: { ...once(), 'If-Match': `"${post.version}"` } },
          body: { at: toLocal(at), zone: ZONE },
        }),
      )
    },
    onSettled: () => queries.invalidateQueries({ queryKey: ['publications'] }),
  })
}

type DayProps = { day: Date; posts: Publication[]; isOutside: boolean; open: (id: string) => void; drop: (id: string) => void }

function Day({ day, posts, isOutside, open, drop }: DayProps) {
  const formats = useFormats()
  const [isTarget, setTarget] = useState(false)
  const isToday = isSameDay(day, new Date())
  const take = (event: DragEvent) => {
    event.preventDefault()
    setTarget(false)
    drop(event.dataTransfer.getData('text/plain'))
  }
  const name = [isOutside && 'outside', isToday && 'today', isTarget && 'target'].filter(Boolean).join(' ')
  return (
    <div className={`day ${name}`} data-day={toLocal(day).slice(0, 10)} onDrop={take}
      onDragOver={(event) => { event.preventDefault(); setTarget(true) }} onDragLeave={() => setTarget(false)}>
      <time className="date numbers" dateTime={toLocal(day).slice(0, 10)} aria-label={formats.day(day)}>
        {formats.number(day.getDate())}
      </time>
      {posts.map((post) => <Post key={post.id} post={post} open={open} />)}
    </div>
  )
}

function Post({ post, open }: { post: Publication; open: (id: string) => void }) {
  const words = useWords()
  const formats = useFormats()
  return (
    <button className={`post state-${post.state}`} draggable={MOVABLE.has(post.state)} data-post={post.id}
      onDragStart={(event) => event.dataTransfer.setData('text/plain', post.id)} onClick={() => open(post.id)}>
      <span className="cut strong" dir="auto">{post.post.title || post.project}</span>
      <span className="at cut">{formats.time(post.due_at)} · {placeName(words, post.platform)}</span>
      <span className="cut">{words.publish.states[post.state]}</span>
    </button>
  )
}

function List({ posts, open }: { posts: Publication[]; open: (id: string) => void }) {
  const words = useWords()
  const formats = useFormats()
  if (posts.length === 0) return null
  return (
    <ul className="posts calendar">
      {posts.toReversed().map((post) => (
        <li key={post.id}>
          <button className="post-line" onClick={() => open(post.id)}>
            <span className="stack tight">
              <span className="strong cut" dir="auto">{post.post.title || post.project}</span>
              <span className="small quiet">{placeName(words, post.platform)} · {post.format}</span>
            </span>
            <span className="small quiet numbers">{formats.when(post.due_at)}</span>
            <span className={`badge state-${post.state}`}>{words.publish.states[post.state]}</span>
          </button>
        </li>
      ))}
    </ul>
  )
}

function Legend() {
  const words = useWords()
  return (
    <details>
      <summary className="small strong">{words.publish.legend}</summary>
      <dl className="facts">
        {STATES.map((state) => (
          <div key={state} className="row">
            <dt><span className={`badge state-${state}`}>{words.publish.states[state]}</span></dt>
            <dd className="small">{words.publish.means[state]}</dd>
          </div>
        ))}
      </dl>
    </details>
  )
}
