'use client'
import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { useState, type ReactNode } from 'react'
import { Refusal } from '@/api/client'
import { LiveProvider } from '@/api/live'
import { SessionProvider } from '@/api/session'
import type { Locale } from '@/i18n'
import { LocaleProvider } from '@/i18n/context'

const TRIES = 2

function makeQueries(): QueryClient {
  return new QueryClient({
    defaultOptions: {
      queries: {
        staleTime: 30_000,
        // What the API refused it would refuse again; a lost line is worth another try.
        retry: (failures, error) =>
          failures < TRIES && !(error instanceof Refusal && error.status >= 400 && error.status < 500),
      },
    },
  })
}

export function Providers({ locale, children }: { locale: Locale; children: ReactNode }) {
  const [queries] = useState(makeQueries)
  return (
    <LocaleProvider locale={locale}>
      <QueryClientProvider client={queries}>
        <SessionProvider>
          <LiveProvider>{children}</LiveProvider>
        </SessionProvider>
      </QueryClientProvider>
    </LocaleProvider>
  )
}
