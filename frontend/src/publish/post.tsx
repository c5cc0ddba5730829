'use client'
/** One post: what its state means, and exactly the choices the API says a person has. */
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { api, ask, once } from '@/api/client'
import type { Publication } from '@/api/queries'
import { useFormats, useWords } from '@/i18n/context'
import { Dialog, FromServer, placeName, Problem } from '@/ui/basics'
import { toLocal, ZONE } from './days'
import { PostFigures } from './figures'

export function PostDialog({ post, close }: { post: Publication; close: () => void }) {
  const words = useWords()
  const formats = useFormats()
  const isInDoubt = post.state === 'unconfirmed'
  return (
    <Dialog title={post.post.title || post.project} close={close}>
      <div className={`notice state-${post.state}`}>
        <div className="stack tight">
          <p className="strong">{words.publish.states[post.state]}</p>
          <p className="small">{words.publish.means[post.state]}</p>
          {post.error && (isInDoubt || post.state === 'failed') && <FromServer text={post.error.message} />}
        </div>
      </div>
      <dl className="facts">
        <dt>{words.publish.where}</dt>
        <dd>{placeName(words, post.platform)} · {post.format}</dd>
        <dt>{words.publish.when}</dt>
        <dd>{formats.when(post.published_at ?? post.due_at)}</dd>
        {post.late && <><dt>{words.publish.late}</dt><dd><FromServer text={post.late} /></dd></>}
        {post.post.caption && <><dt>{words.publish.caption}</dt><dd dir="auto">{post.post.caption}</dd></>}
        {/^https?:/.test(post.url) && <><dt>{words.publish.open}</dt><dd><a href={post.url} target="_blank" rel="noreferrer" dir="ltr">{post.url}</a></dd></>}
      </dl>
      <PostFigures post={post} />
      <Choices post={post} close={close} />
    </Dialog>
  )
}

function Choices({ post, close }: { post: Publication; close: () => void }) {
  const words = useWords()
  const queries = useQueryClient()
  const [at, setAt] = useState(() => toLocal(new Date(post.due_at)))
  const [url, setUrl] = useState('')
  const act = useMutation({
    mutationFn: (doIt: () => Promise<unknown>) => doIt(),
    onSuccess: close,
    onSettled: () => queries.invalidateQueries({ queryKey: ['publications'] }),
  })
  const path = { publication_id: post.id }
  const may = (choice: string) => post.choices.includes(choice)
  const header = { ...once(), 'If-Match': `"${post.version}"` }
  const move = () =>
    ask(api.PATCH('/api/v1/publications/{publication_id}', { params: { path, header }, body: { at, zone: ZONE } }))
  const unschedule = () =>
    ask(api.DELETE('/api/v1/publications/{publication_id}', { params: { path, header: { 'If-Match': header['If-Match'] } } }))
  const retry = () => ask(api.POST('/api/v1/publications/{publication_id}/retry', { params: { path, header: once() } }))
  const look = () => ask(api.POST('/api/v1/publications/{publication_id}/reconcile', { params: { path, header: once() } }))
  const deny = () => ask(api.POST('/api/v1/publications/{publication_id}/deny', { params: { path, header: once() } }))
  const confirm = () =>
    ask(api.POST('/api/v1/publications/{publication_id}/confirm', { params: { path, header: once() }, body: { url } }))
  return (
    <div className="stack">
      {may('edit') && (
        <div className="row">
          <label className="grow">
            <span className="hidden-text">{words.publish.when}</span>
            <input className="input" type="datetime-local" value={at} onChange={(event) => setAt(event.target.value)} />
          </label>
          <button className="button" onClick={() => act.mutate(move)}>{words.common.save}</button>
        </div>
      )}
      {may('confirm') && (
        <div className="row">
          <label className="field grow">
            <span className="small strong">{words.publish.confirmUrl}</span>
            <input className="input" type="url" dir="ltr" value={url} onChange={(event) => setUrl(event.target.value)} />
          </label>
          <button className="button" disabled={!url} onClick={() => act.mutate(confirm)}>{words.publish.confirm}</button>
        </div>
      )}
      <div className="row">
        {may('deny') && <button className="button" onClick={() => act.mutate(deny)}>{words.publish.deny}</button>}
        {may('reconcile') && <button className="button" onClick={() => act.mutate(look)}>{words.publish.reconcile}</button>}
        {may('retry') && <button className="button main" onClick={() => act.mutate(retry)}>{words.publish.retry}</button>}
        {may('unschedule') && <button className="button danger" onClick={() => act.mutate(unschedule)}>{words.publish.unschedule}</button>}
      </div>
      <Problem error={act.error} />
    </div>
  )
}
