'use client'
/**
 * Charts drawn as SVG, each with the same figures as a table. A chart is stretched to its place and
 * mirrored where the page runs from right to left; its words stand beside it, so that neither touches them.
 */
import { useId } from 'react'
import { useFormats, useWords } from '@/i18n/context'

const [WIDTH, HEIGHT] = [600, 160]
const LINES = [0.25, 0.5, 0.75] as const

export type Dot = { at: string; value: number }

/** A figure over time. Dots stand where their moments are, however unevenly those lie. */
export function LineChart({ title, dots }: { title: string; dots: readonly Dot[] }) {
  const words = useWords()
  const formats = useFormats()
  const name = useId()
  const [first, last] = [dots[0], dots.at(-1)]
  if (!first || !last) return <p className="quiet small">{words.figures.none}</p>
  const most = Math.max(1, ...dots.map((dot) => dot.value))
  const begin = Date.parse(first.at)
  const span = Math.max(1, Date.parse(last.at) - begin)
  const places = dots.map((dot) => ({
    x: dots.length === 1 ? WIDTH / 2 : ((Date.parse(dot.at) - begin) / span) * WIDTH,
    y: HEIGHT - (dot.value / most) * HEIGHT,
  }))
  const line = places.map(({ x, y }, index) => `${index ? 'L' : 'M'}${x.toFixed(1)} ${y.toFixed(1)}`).join('')
  return (
    <figure className="chart" aria-labelledby={name}>
      <figcaption id={name} className="hidden-text">
        {words.figures.summary(title, formats.number(first.value), formats.number(last.value), formats.day(first.at), formats.day(last.at))}
      </figcaption>
      <div className="plot">
        <span className="scale small quiet numbers" aria-hidden><span>{formats.number(most)}</span><span>{formats.number(0)}</span></span>
        <svg className="mirrored" viewBox={`0 0 ${WIDTH} ${HEIGHT}`} preserveAspectRatio="none" aria-hidden>
          {LINES.map((share) => <path key={share} className="grid-line" d={`M0 ${HEIGHT * share}H${WIDTH}`} />)}
          <path className="area" d={`${line}L${places.at(-1)?.x} ${HEIGHT}L${places[0]?.x} ${HEIGHT}Z`} />
          <path className="line" d={line} />
          {/* A line of no length with round ends is a dot that keeps its shape. */}
          {places.map(({ x, y }) => <path key={x} className="dot" d={`M${x} ${y}h0`} />)}
        </svg>
      </div>
      <div className="row spread small quiet" aria-hidden><span>{formats.day(first.at)}</span><span>{formats.day(last.at)}</span></div>
      <details>
        <summary className="small strong">{words.figures.table}</summary>
        <table className="small numbers">
          <thead><tr><th scope="col">{words.publish.when}</th><th scope="col">{title}</th></tr></thead>
          <tbody>
            {dots.map((dot) => <tr key={dot.at}><th scope="row">{formats.day(dot.at)}</th><td>{formats.number(dot.value)}</td></tr>)}
          </tbody>
        </table>
      </details>
    </figure>
  )
}

export type Bar = { name: string; value: number }

/** Figures beside one another: a table whose last column is drawn. */
export function BarChart({ title, bars }: { title: string; bars: readonly Bar[] }) {
  const words = useWords()
  const formats = useFormats()
  const most = Math.max(1, ...bars.map((bar) => bar.value))
  return (
    <table className="bars numbers small">
      <caption className="hidden-text">{title}</caption>
      <thead className="hidden-text"><tr><th scope="col">{words.publish.where}</th><th scope="col">{title}</th></tr></thead>
      <tbody>
        {bars.map((bar) => (
          <tr key={bar.name}>
            <th scope="row"><bdi>{bar.name}</bdi></th>
            <td>
              <span className="bar" style={{ inlineSize: `${(bar.value / most) * 100}%` }} aria-hidden />
              <span>{formats.number(bar.value)}</span>
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  )
}
