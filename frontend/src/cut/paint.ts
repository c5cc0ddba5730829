/** Draws the tracks of a cut on a canvas as wide as the window: only what is in sight. */
import type { Laid } from './draft'

export const HEIGHTS = { ruler: 24, video: 72, voice: 48, music: 28, caption: 30 } as const
export const GAP = 6
export const TOTAL = Object.values(HEIGHTS).reduce((sum, one) => sum + one + GAP, GAP)

export type Scenery = {
  laid: readonly Laid[]
  selected: number | null
  playheadMs: number
  pxPerMs: number
  scrollPx: number
  widthPx: number
  pictures: ReadonlyMap<number, ImageBitmap>
  peaks: ReadonlyMap<string, Float32Array>
  dragged: { scene: number; atMs: number } | null
}
type Colours = Record<'ink' | 'quiet' | 'line' | 'surface' | 'sunken' | 'accent' | 'soft' | 'blue' | 'blueSoft' | 'red', string>
type Pen = { to: CanvasRenderingContext2D; scenery: Scenery; colours: Colours; x: (ms: number) => number }

const ROUND = 6
const TICKS_S = [0.5, 1, 2, 5, 10, 30, 60]
const TICK_PX = 70

export function coloursOf(element: Element): Colours {
  const style = getComputedStyle(element)
  const read = (name: string) => style.getPropertyValue(`--${name}`).trim()
  return {
    ink: read('ink'), quiet: read('quiet'), line: read('line'), surface: read('surface'), sunken: read('sunken'),
    accent: read('accent'), soft: read('accent-soft'), blue: read('blue'), blueSoft: read('blue-soft'), red: read('red'),
  }
}

export function topOf(track: keyof typeof HEIGHTS): number {
  let top = 0
  for (const [name, height] of Object.entries(HEIGHTS)) {
    if (name === track) return top
    top += height + GAP
  }
  return top
}

export function paint(to: CanvasRenderingContext2D, scenery: Scenery, colours: Colours): void {
  const pen: Pen = { to, scenery, colours, x: (ms) => ms * scenery.pxPerMs - scenery.scrollPx }
  to.clearRect(0, 0, scenery.widthPx, TOTAL)
  to.font = '12px system-ui, sans-serif'
  to.textBaseline = 'middle'
  const last = scenery.laid.at(-1)
  const endMs = last ? last.startMs + last.durationMs : 0
  paintRuler(pen, endMs)
  box(pen, 0, endMs, topOf('music'), HEIGHTS.music, colours.sunken)
  for (const laid of scenery.laid) {
    const left = pen.x(laid.startMs)
    if (left > scenery.widthPx || left + laid.durationMs * scenery.pxPerMs < 0) continue
    paintScene(pen, laid)
    paintVoice(pen, laid)
    paintWords(pen, laid)
  }
  paintDrop(pen)
  paintPlayhead(pen)
}

function paintRuler({ to, scenery, colours, x }: Pen, endMs: number): void {
  const every = (TICKS_S.find((s) => s * 1000 * scenery.pxPerMs >= TICK_PX) ?? 60) * 1000
  const first = Math.floor(scenery.scrollPx / scenery.pxPerMs / every) * every
  to.fillStyle = colours.quiet
  for (let ms = first; ms <= endMs && x(ms) < scenery.widthPx; ms += every) {
    to.fillRect(x(ms), HEIGHTS.ruler - 6, 1, 6)
    to.fillText(clock(ms), x(ms) + 4, HEIGHTS.ruler / 2)
  }
}

export function clock(ms: number): string {
  const seconds = ms / 1000
  const rest = (seconds % 60).toFixed(seconds % 1 ? 1 : 0).padStart(seconds % 1 ? 4 : 2, '0')
  return `${Math.floor(seconds / 60)}:${rest}`
}

function box(pen: Pen, startMs: number, durationMs: number, top: number, height: number, fill: string): void {
  const { to } = pen
  to.fillStyle = fill
  to.beginPath()
  to.roundRect(pen.x(startMs) + 1, top, Math.max(2, durationMs * pen.scenery.pxPerMs - 2), height, ROUND)
  to.fill()
}

function paintScene(pen: Pen, laid: Laid): void {
  const { to, scenery, colours } = pen
  const top = topOf('video')
  const width = laid.durationMs * scenery.pxPerMs - 2
  const left = pen.x(laid.startMs) + 1
  const isSelected = laid.scene === scenery.selected
  box(pen, laid.startMs, laid.durationMs, top, HEIGHTS.video, isSelected ? colours.soft : colours.sunken)
  to.save()
  to.clip()
  to.globalAlpha = scenery.dragged?.scene === laid.scene ? 0.4 : 1
  const picture = scenery.pictures.get(laid.scene)
  if (picture) {
    const tile = (HEIGHTS.video * picture.width) / picture.height
    for (let at = left; at < left + width; at += tile) {
      if (at + tile > 0 && at < scenery.widthPx) to.drawImage(picture, at, top, tile, HEIGHTS.video)
    }
  }
  to.fillStyle = colours.surface
  to.fillRect(left, top, 26, 20)
  to.fillStyle = colours.ink
  to.fillText(String(laid.scene), left + 8, top + 10)
  if (laid.transition !== 'cut' && laid.startMs > 0) {
    to.fillStyle = colours.accent
    to.beginPath()
    to.moveTo(left, top + HEIGHTS.video)
    to.lineTo(left, top + HEIGHTS.video - 22)
    to.lineTo(left + 22, top + HEIGHTS.video)
    to.fill()
  }
  to.restore()
  if (!isSelected) return
  to.strokeStyle = colours.accent
  to.lineWidth = 3
  to.beginPath()
  to.roundRect(left + 1, top + 1, Math.max(2, width - 2), HEIGHTS.video - 2, ROUND)
  to.stroke()
  to.fillStyle = colours.accent
  to.fillRect(left + width - 8, top + 20, 4, HEIGHTS.video - 40)
}

function paintVoice(pen: Pen, laid: Laid): void {
  if (!laid.voice) return
  const { to, scenery, colours } = pen
  const top = topOf('voice')
  const { startMs, durationMs, media } = laid.voice
  box(pen, startMs, durationMs, top, HEIGHTS.voice, colours.blueSoft)
  const peaks = scenery.peaks.get(media)
  if (!peaks) return
  to.fillStyle = colours.blue
  const left = pen.x(startMs)
  const width = durationMs * scenery.pxPerMs
  for (let px = Math.max(0, -left); px < width && left + px < scenery.widthPx; px += 3) {
    const peak = peaks[Math.floor((px / width) * peaks.length)] ?? 0
    const height = Math.max(1, peak * (HEIGHTS.voice - 8))
    to.fillRect(left + px, top + (HEIGHTS.voice - height) / 2, 2, height)
  }
}

function paintWords(pen: Pen, laid: Laid): void {
  const { to, scenery, colours } = pen
  const top = topOf('caption')
  for (const word of laid.words) {
    const width = word.durationMs * scenery.pxPerMs
    if (width < 2) continue
    box(pen, word.startMs, word.durationMs, top, HEIGHTS.caption, colours.sunken)
    to.fillStyle = colours.ink
    const left = pen.x(word.startMs) + 5
    if (to.measureText(word.text).width < width - 8) to.fillText(word.text, left, top + HEIGHTS.caption / 2)
  }
}

function paintDrop({ to, scenery, colours, x }: Pen): void {
  if (!scenery.dragged) return
  const at = scenery.laid[dropPlace(scenery.laid, scenery.dragged.atMs)]
  const last = scenery.laid.at(-1)
  const ms = at ? at.startMs : last ? last.startMs + last.durationMs : 0
  to.fillStyle = colours.accent
  to.fillRect(x(ms) - 2, topOf('video') - 3, 4, HEIGHTS.video + 6)
}

/** The index before which a scene would be dropped. */
export function dropPlace(laid: readonly Laid[], atMs: number): number {
  const found = laid.findIndex((one) => atMs < one.startMs + one.durationMs / 2)
  return found < 0 ? laid.length : found
}

function paintPlayhead({ to, scenery, colours, x }: Pen): void {
  to.fillStyle = colours.red
  to.fillRect(x(scenery.playheadMs) - 1, 0, 2, TOTAL)
}
