'use client'
/** Many films at once: a CSV file of briefs, and what became of every line of it. */
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { FileSpreadsheet } from 'lucide-react'
import Link from 'next/link'
import { useState } from 'react'
import { api, ask, once, type Schemas } from '@/api/client'
import { useLocale, useWords } from '@/i18n/context'
import { Busy, Dialog, FromServer, Problem } from '@/ui/basics'

const COLUMNS = 'text,title,language,duration_s,formats,begin'

export function BatchButton() {
  const words = useWords()
  const [isOpen, setOpen] = useState(false)
  return (
    <>
      <button className="button" onClick={() => setOpen(true)}>
        <FileSpreadsheet size={16} aria-hidden />
        {words.batch.title}
      </button>
      {isOpen && <Batch close={() => setOpen(false)} />}
    </>
  )
}

function Batch({ close }: { close: () => void }) {
  const words = useWords()
  const queries = useQueryClient()
  const send = useMutation({
    mutationFn: async (file: File) => {
      const lines = await file.text()
      return ask(api.POST('/api/v1/batches', {
        params: { header: once() },
        headers: { 'Content-Type': 'text/csv' },
        body: lines,
        bodySerializer: () => lines,
      }))
    },
    onSuccess: () => queries.invalidateQueries({ queryKey: ['projects'] }),
  })
  return (
    <Dialog title={words.batch.title} close={close}>
      <p className="small">{words.batch.lead}</p>
      <p><code className="small" dir="ltr">{COLUMNS}</code></p>
      <p className="small quiet">{words.batch.begin}</p>
      <label className="choice">
        <FileSpreadsheet size={16} aria-hidden />
        {words.batch.choose}
        <input type="file" accept=".csv,text/csv" disabled={send.isPending} onChange={(event) => {
          const file = event.target.files?.[0]
          if (file) send.mutate(file)
        }} />
      </label>
      {send.isPending && <Busy label={words.common.loading} />}
      <Problem error={send.error} />
      {send.data && <Outcome batch={send.data} />}
    </Dialog>
  )
}

function Outcome({ batch }: { batch: Schemas['BatchOut'] }) {
  const words = useWords()
  const locale = useLocale()
  return (
    <div className="stack tight" role="status">
      <p className="strong">{words.batch.outcome(batch.made, batch.refused)}</p>
      <ol className="stack tight">
        {batch.rows.map((row) => (
          <li key={row.line} className="small">
            {words.batch.line(row.line)}{' '}
            {row.project
              ? <Link href={`/${locale}/project/?key=${row.project}`}><bdi>{row.project}</bdi></Link>
              : <FromServer text={row.message} />}
          </li>
        ))}
      </ol>
    </div>
  )
}
