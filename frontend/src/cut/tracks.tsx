'use client'
/** The tracks: one canvas in a wide scroller. Drag a scene to reorder, its end to trim, the ruler to seek. */
import { useEffect, useRef, useState, type KeyboardEvent, type PointerEvent } from 'react'
import { askForBytes } from '@/api/client'
import { useWords } from '@/i18n/context'
import type { Asset } from '@/ui/basics'
import type { Laid } from './draft'
import { coloursOf, dropPlace, HEIGHTS, paint, topOf, TOTAL, type Scenery } from './paint'

const EDGE_PX = 10
const SNAP_PX = 8
const DRAG_PX = 6
const PEAKS = 400

export type TracksProps = {
  laid: readonly Laid[]
  images: readonly Asset[]
  selected: number | null
  playheadMs: number
  pxPerSecond: number
  select: (scene: number) => void
  seek: (ms: number) => void
  trim: (scene: number, durationMs: number) => void
  move: (scene: number, to: number) => void
  zoom: (factor: number) => void
  onKey: (event: KeyboardEvent) => void
}
type Grip = { kind: 'seek' } | { kind: 'trim'; laid: Laid } | { kind: 'move'; scene: number; fromPx: number }

export function Tracks(props: TracksProps) {
  const words = useWords()
  const { laid, pxPerSecond, selected, playheadMs } = props
  const canvas = useRef<HTMLCanvasElement>(null)
  const scroller = useRef<HTMLDivElement>(null)
  const grip = useRef<Grip | null>(null)
  const [scrollPx, setScroll] = useState(0)
  const [widthPx, setWidth] = useState(0)
  const [preview, setPreview] = useState<{ scene: number; durationMs: number } | null>(null)
  const [dragged, setDragged] = useState<Scenery['dragged']>(null)
  const pictures = usePictures(props.images)
  const peaks = usePeaks(laid)
  const pxPerMs = pxPerSecond / 1000
  const shown = preview ? stretched(laid, preview) : laid
  useEffect(() => {
    const box = scroller.current
    if (!box) return
    const watch = new ResizeObserver(() => setWidth(box.clientWidth))
    watch.observe(box)
    return () => watch.disconnect()
  }, [])
  const scenery = { laid: shown, selected, playheadMs, pxPerMs, scrollPx, widthPx, pictures, peaks, dragged }
  usePainting(canvas, scenery)
  useWheelZoom(scroller, props.zoom)

  const msAt = (event: PointerEvent) =>
    (event.clientX - (canvas.current?.getBoundingClientRect().left ?? 0) + scrollPx) / pxPerMs
  const press = (event: PointerEvent) => {
    event.currentTarget.setPointerCapture(event.pointerId)
    const ms = msAt(event)
    const y = event.clientY - event.currentTarget.getBoundingClientRect().top
    const under = laid.find((one) => ms >= one.startMs && ms < one.startMs + one.durationMs)
    const edge = laid.find((one) => Math.abs(one.startMs + one.durationMs - ms) * pxPerMs < EDGE_PX)
    const isOnVideo = y >= topOf('video') && y < topOf('video') + HEIGHTS.video
    if (isOnVideo && edge && edge.scene === selected) grip.current = { kind: 'trim', laid: edge }
    else if (isOnVideo && under) grip.current = { kind: 'move', scene: under.scene, fromPx: event.clientX }
    else if (y < HEIGHTS.ruler) grip.current = { kind: 'seek' }
    if (under) props.select(under.scene)
    if (grip.current?.kind === 'seek') props.seek(Math.max(0, ms))
  }
  const pull = (event: PointerEvent) => {
    const held = grip.current
    if (!held) return
    const ms = msAt(event)
    if (held.kind === 'seek') props.seek(Math.max(0, ms))
    if (held.kind === 'move' && (dragged || Math.abs(event.clientX - held.fromPx) > DRAG_PX)) setDragged({ scene: held.scene, atMs: ms })
    if (held.kind === 'trim') {
      const end = Math.abs(ms - playheadMs) * pxPerMs < SNAP_PX ? playheadMs : Math.round(ms / 100) * 100
      setPreview({ scene: held.laid.scene, durationMs: Math.max(held.laid.leastMs, end - held.laid.startMs) })
    }
  }
  const release = () => {
    if (preview) props.trim(preview.scene, preview.durationMs)
    if (dragged) {
      const place = dropPlace(laid, dragged.atMs)
      const from = laid.findIndex((one) => one.scene === dragged.scene)
      const to = place > from ? place - 1 : place
      if (to !== from) props.move(dragged.scene, to)
    }
    grip.current = null
    setPreview(null)
    setDragged(null)
  }
  const last = laid.at(-1)
  const totalPx = last ? (last.startMs + last.durationMs) * pxPerMs + 120 : 0
  return (
    <div className="tracks">
      <div className="scroller" ref={scroller} onScroll={(event) => setScroll(event.currentTarget.scrollLeft)}>
        <div style={{ width: Math.max(totalPx, widthPx), height: TOTAL }}>
          <canvas ref={canvas} tabIndex={0} role="application" aria-label={words.editor.timeline} aria-describedby="cut-keys"
            style={{ position: 'sticky', left: 0, width: widthPx, height: TOTAL }} onKeyDown={props.onKey}
            onPointerDown={press} onPointerMove={pull} onPointerUp={release} onPointerCancel={release} />
        </div>
      </div>
    </div>
  )
}

/** The scenes while the end of one is held: those behind it follow. */
function stretched(laid: readonly Laid[], { scene, durationMs }: { scene: number; durationMs: number }): Laid[] {
  let shift = 0
  return laid.map((one) => {
    const moved = { ...one, startMs: one.startMs + shift, voice: one.voice && { ...one.voice, startMs: one.voice.startMs + shift },
      words: shift ? one.words.map((word) => ({ ...word, startMs: word.startMs + shift })) : one.words }
    if (one.scene !== scene) return moved
    shift = durationMs - one.durationMs
    return { ...moved, durationMs }
  })
}

function usePainting(canvas: React.RefObject<HTMLCanvasElement | null>, scenery: Scenery): void {
  useEffect(() => {
    const frame = requestAnimationFrame(() => {
      const element = canvas.current
      const context = element?.getContext('2d')
      if (!element || !context || scenery.widthPx === 0) return
      const dense = devicePixelRatio
      const [width, height] = [Math.round(scenery.widthPx * dense), Math.round(TOTAL * dense)]
      if (element.width !== width || element.height !== height) Object.assign(element, { width, height })
      context.setTransform(dense, 0, 0, dense, 0, 0)
      paint(context, scenery, coloursOf(element))
    })
    return () => cancelAnimationFrame(frame)
  })
}

function useWheelZoom(scroller: React.RefObject<HTMLDivElement | null>, zoom: (factor: number) => void): void {
  const latest = useRef(zoom)
  latest.current = zoom
  useEffect(() => {
    const box = scroller.current
    const turn = (event: WheelEvent) => {
      if (!event.ctrlKey) return
      // React's own wheel listeners cannot keep the page from zooming.
      event.preventDefault()
      latest.current(event.deltaY < 0 ? 1.15 : 1 / 1.15)
    }
    box?.addEventListener('wheel', turn, { passive: false })
    return () => box?.removeEventListener('wheel', turn)
  }, [scroller])
}

function usePictures(images: readonly Asset[]): ReadonlyMap<number, ImageBitmap> {
  const [pictures, setPictures] = useState<ReadonlyMap<number, ImageBitmap>>(new Map())
  useEffect(() => {
    let isOver = false
    for (const image of images) {
      void askForBytes(image.url)
        .then((blob) => createImageBitmap(blob, { resizeHeight: HEIGHTS.video * 2, resizeQuality: 'medium' }))
        .then((bitmap) => {
          if (!isOver) setPictures((before) => new Map(before).set(image.scene, bitmap))
        })
        // A scene without its picture is still a scene.
        .catch(() => undefined)
    }
    return () => {
      isOver = true
    }
  }, [images])
  return pictures
}

function usePeaks(laid: readonly Laid[]): ReadonlyMap<string, Float32Array> {
  const [peaks, setPeaks] = useState<ReadonlyMap<string, Float32Array>>(new Map())
  const names = laid.flatMap((one) => (one.voice ? [one.voice.media] : [])).sort().join()
  useEffect(() => {
    let isOver = false
    const context = new OfflineAudioContext(1, 1, 48_000)
    for (const name of names ? names.split(',') : []) {
      void askForBytes(`/api/v1/media/${name}`)
        .then(async (blob) => context.decodeAudioData(await blob.arrayBuffer()))
        .then((sound) => {
          if (!isOver) setPeaks((before) => new Map(before).set(name, peaksOf(sound.getChannelData(0))))
        })
        .catch(() => undefined)
    }
    return () => {
      isOver = true
    }
  }, [names])
  return peaks
}

function peaksOf(samples: Float32Array): Float32Array {
  const each = Math.max(1, Math.floor(samples.length / PEAKS))
  const peaks = new Float32Array(PEAKS)
  for (let index = 0; index < PEAKS; index++) {
    for (let at = index * each; at < (index + 1) * each; at += 4) {
      peaks[index] = Math.max(peaks[index] ?? 0, Math.abs(samples[at] ?? 0))
    }
  }
  return peaks
}
