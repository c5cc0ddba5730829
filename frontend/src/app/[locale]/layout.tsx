import type { Metadata, Viewport } from 'next'
import localFont from 'next/font/local'
import { notFound } from 'next/navigation'
import { Suspense, type ReactNode } from 'react'
import { directionOf, isLocale, LOCALES } from '@/i18n'
import icon from '@/ui/icon.svg'
import { Providers } from '@/ui/providers'
import { THEME_SCRIPT } from '@/ui/theme'
import '../globals.css'

// One family for all three languages; the films are captioned in it, too.
const plex = localFont({
  src: [
    { path: '../../fonts/IBMPlexSansArabic-Regular.ttf', weight: '400' },
    { path: '../../fonts/IBMPlexSansArabic-SemiBold.ttf', weight: '600' },
  ],
  variable: '--font-plex',
  display: 'swap',
})

export const metadata: Metadata = {
  title: 'Video platform',
  icons: { icon: (icon as { src: string }).src },
}
export const viewport: Viewport = { width: 'device-width', initialScale: 1 }
export const dynamicParams = false

export function generateStaticParams() {
  return LOCALES.map((locale) => ({ locale }))
}

type Props = { children: ReactNode; params: Promise<{ locale: string }> }

export default async function Layout({ children, params }: Props) {
  const { locale } = await params
  if (!isLocale(locale)) notFound()
  return (
    <html lang={locale} dir={directionOf(locale)} className={plex.variable} suppressHydrationWarning>
      <head>
        <script dangerouslySetInnerHTML={{ __html: THEME_SCRIPT }} />
      </head>
      <body>
        <Providers locale={locale}>
          <Suspense>{children}</Suspense>
        </Providers>
      </body>
    </html>
  )
}
