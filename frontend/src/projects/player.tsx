'use client'
/** The film. Its address carries a ticket of a minute; when it has run out the player gets another. */
import { Download, Film } from 'lucide-react'
import { useEffect, useRef, useState } from 'react'
import { api, ask, askForBytes } from '@/api/client'
import { useFilms, usePoster, type Project } from '@/api/queries'
import { useFormats, useWords } from '@/i18n/context'
import { Tabs, useBytes, type Asset } from '@/ui/basics'
import { GrowingFilm, useGrowing } from './growing'
import { useProgress } from './list'

export function Player({ project }: { project: Project }) {
  const words = useWords()
  const formats = useFormats()
  const films = (useFilms(project.id).data?.items ?? []).filter((one) => one.media_type === 'video/mp4')
  const shapes = [...new Set(films.map((one) => one.format))]
  const [shape, setShape] = useState('')
  const film = films.find((one) => one.format === shape) ?? films[0]
  const progress = useProgress(project)
  const growing = useGrowing(project)
  const isWorking = ['scripting', 'generating', 'rendering'].includes(project.status)
  return (
    <section className="stack" aria-label={words.project.film}>
      <div className={`player ${shapeOf(growing ?? film)}`}>
        {growing ? (
          <GrowingFilm preview={growing} />
        ) : film ? (
          <TicketedVideo film={film} project={project.id} />
        ) : (
          <p className="stack tight">
            <Film size={28} aria-hidden />
            {isWorking ? words.project.rendering(formats.percent(progress)) : words.project.noFilm}
          </p>
        )}
      </div>
      {film && !growing && (
        <div className="row spread">
          {shapes.length > 1 ? (
            <Tabs label={words.brief.shape} value={film.format} choose={setShape}
              options={shapes.map((one) => [one, one] as const)} />
          ) : <span className="small quiet numbers">{formats.megabytes(film.size_bytes)}</span>}
          <button className="button" onClick={() => void download(film, project.title)}>
            <Download size={16} aria-hidden />
            {words.common.download}
          </button>
        </div>
      )}
    </section>
  )
}

function shapeOf(film: { format: string } | undefined): string {
  return film && film.format !== '16:9' ? 'tall' : ''
}

export function TicketedVideo({ film, project, onTime }: { film: Asset; project: string; onTime?: (seconds: number) => void }) {
  const video = useRef<HTMLVideoElement>(null)
  const [address, setAddress] = useState<string>()
  const resumeAt = useRef({ seconds: 0, isPlaying: false, isFresh: true })
  const poster = useBytes(usePoster(project).data?.url)
  useEffect(() => {
    resumeAt.current = { seconds: 0, isPlaying: false, isFresh: true }
    void ticketed(film).then(setAddress, () => setAddress(undefined))
  }, [film])
  const renewTicket = () => {
    const player = video.current
    // A ticket that is refused at once would be refused again.
    if (!player || resumeAt.current.isFresh) return
    resumeAt.current = { seconds: player.currentTime, isPlaying: !player.paused, isFresh: true }
    void ticketed(film).then(setAddress)
  }
  const resume = () => {
    const player = video.current
    if (!player) return
    const { seconds, isPlaying } = resumeAt.current
    resumeAt.current.isFresh = false
    if (seconds) player.currentTime = seconds
    if (isPlaying) void player.play()
  }
  return (
    <video ref={video} src={address} poster={poster} controls playsInline preload="metadata" data-film={film.sha256}
      onError={renewTicket} onLoadedMetadata={resume}
      onTimeUpdate={(event) => onTime?.(event.currentTarget.currentTime)} />
  )
}

async function ticketed(film: Asset): Promise<string> {
  const { ticket } = await ask(api.POST('/api/v1/events/tickets'))
  return `${film.url}?ticket=${encodeURIComponent(ticket)}`
}

async function download(film: Asset, title: string): Promise<void> {
  const url = URL.createObjectURL(await askForBytes(film.url))
  const link = document.createElement('a')
  link.href = url
  link.download = `${title}-${film.format.replace(':', 'x')}.mp4`
  link.click()
  setTimeout(() => URL.revokeObjectURL(url), 60_000)
}
