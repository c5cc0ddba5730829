'use client'
/** A film that is still being rendered: what is finished of it plays, and more comes while it plays. */
import { useQuery } from '@tanstack/react-query'
import { useEffect, useRef, useState } from 'react'
import { api, ask, type Schemas } from '@/api/client'
import type { Project } from '@/api/queries'
import { useFormats, useWords } from '@/i18n/context'
import { Problem } from '@/ui/basics'

const EACH_MS = 2_000
const HLS = 'application/vnd.apple.mpegurl'
type Preview = Schemas['PreviewOut']

/** The shape of the film that grows now; nothing when none is being rendered. */
export function useGrowing(project: Project): Preview | undefined {
  const found = useQuery({
    queryKey: ['project', project.id, 'previews'],
    queryFn: () => ask(api.GET('/api/v1/projects/{key}/previews', { params: { path: { key: project.id } } })),
    enabled: project.status === 'rendering',
    refetchInterval: EACH_MS,
  })
  return project.status === 'rendering' ? found.data?.find((one) => one.is_growing) : undefined
}

export function GrowingFilm({ preview }: { preview: Preview }) {
  const words = useWords()
  const formats = useFormats()
  const video = useRef<HTMLVideoElement>(null)
  const [error, setError] = useState<unknown>()
  useEffect(() => {
    let isOver = false
    let end: (() => void) | undefined
    ask(api.POST('/api/v1/links', { body: { url: preview.url } }))
      .then(async ({ url }) => {
        const attached = isOver || !video.current ? undefined : await attach(video.current, url, setError)
        if (isOver) attached?.()
        else end = attached
      })
      .catch(setError)
    return () => {
      isOver = true
      end?.()
    }
  }, [preview.url])
  return (
    <>
      <video ref={video} controls playsInline data-growing={preview.format} aria-label={words.growing.title} />
      <p className="growing numbers" role="status">{words.growing.ready(formats.seconds(preview.seconds))}</p>
      <Problem error={error} />
    </>
  )
}

/** Let a playlist play, by the browser itself where it can; gives what ends it. */
async function attach(video: HTMLVideoElement, url: string, fail: (error: unknown) => void): Promise<() => void> {
  const { default: Hls } = await import('hls.js/light')
  if (!Hls.isSupported()) {
    if (video.canPlayType(HLS)) video.src = url
    return () => video.removeAttribute('src')
  }
  // The page's policy allows no worker of a blob.
  const player = new Hls({ enableWorker: false, startPosition: 0 })
  player.on(Hls.Events.ERROR, (_event, data) => {
    if (!data.fatal) return
    if (data.type === Hls.ErrorTypes.MEDIA_ERROR) player.recoverMediaError()
    else fail(new Error(data.details))
  })
  player.loadSource(url)
  player.attachMedia(video)
  return () => player.destroy()
}
