'use client'
/** How films fare: each network against the others, and one figure of one network over the days shown. */
import { useQueries, useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { api, ask, type Schemas } from '@/api/client'
import { useAccounts, type Publication } from '@/api/queries'
import { useWords } from '@/i18n/context'
import { placeName, Problem, Tabs } from '@/ui/basics'
import { BarChart, LineChart, type Dot } from '@/ui/chart'

const FIGURES = ['views', 'likes', 'comments', 'shares'] as const
type Figure = (typeof FIGURES)[number]
type Series = Schemas['SeriesOut']

export function Figures({ posts, from, to }: { posts: readonly Publication[]; from: Date; to: Date }) {
  const words = useWords()
  const accounts = useAccounts().data ?? []
  const published = posts.filter((one) => one.state === 'published').map((one) => one.platform)
  const platforms = [...new Set([...published, ...accounts.map((one) => one.platform)])].sort()
  const query = { from: from.toISOString(), to: to.toISOString() }
  const found = useQueries({
    queries: platforms.map((platform) => ({
      queryKey: ['publications', 'figures', platform, query],
      queryFn: () => ask(api.GET('/api/v1/platforms/{platform}/metrics', { params: { path: { platform }, query } })),
    })),
  })
  const series = found.flatMap((one) => (one.data ? [one.data] : []))
  const [figure, setFigure] = useState<Figure>('views')
  const counted = series.filter((one) => dotsOf(one, figure).length > 0)
  const [wanted, setWanted] = useState('')
  const shown = counted.find((one) => one.platform === wanted) ?? counted[0]
  return (
    <section className="card stack" aria-labelledby="figures">
      <div className="row spread">
        <h2 id="figures">{words.figures.title}</h2>
        <Tabs label={words.figures.title} value={figure} choose={setFigure} options={FIGURES.map((one) => [one, words.figures[one]] as const)} />
      </div>
      <Problem error={found.find((one) => one.error)?.error} />
      {shown ? (
        <>
          <BarChart title={words.figures[figure]} bars={counted.map((one) => ({
            name: placeName(words, one.platform), value: dotsOf(one, figure).at(-1)?.value ?? 0,
          }))} />
          {counted.length > 1 && (
            <Tabs label={words.publish.where} value={shown.platform} choose={setWanted}
              options={counted.map((one) => [one.platform, placeName(words, one.platform)] as const)} />
          )}
          <LineChart title={`${words.figures[figure]}: ${placeName(words, shown.platform)}`} dots={dotsOf(shown, figure)} />
        </>
      ) : <p className="quiet small">{words.figures.none}</p>}
    </section>
  )
}

/** How one post fares, where its network counts. */
export function PostFigures({ post }: { post: Publication }) {
  const words = useWords()
  const found = useQuery({
    queryKey: ['publications', 'figures', post.id],
    queryFn: () =>
      ask(api.GET('/api/v1/publications/{publication_id}/metrics', { params: { path: { publication_id: post.id } } })),
    enabled: post.state === 'published',
  })
  const dots = found.data ? dotsOf(found.data, 'views') : []
  return dots.length > 0 ? <LineChart title={words.figures.views} dots={dots} /> : null
}

/** The points at which the network said this figure. */
function dotsOf(series: Series, figure: Figure): Dot[] {
  return series.points.flatMap((point) => {
    const value = point[figure]
    return value === null ? [] : [{ at: point.at, value }]
  })
}
