'use client'
/** The words and number formats of the page's language. */
import { createContext, useContext, useMemo, type ReactNode } from 'react'
import type { Locale, Messages } from '.'
import { ar } from './ar'
import { en } from './en'
import { fr } from './fr'

const MESSAGES: Record<Locale, Messages> = { en, fr, ar }
const Current = createContext<Locale>('en')

export function LocaleProvider({ locale, children }: { locale: Locale; children: ReactNode }) {
  return <Current.Provider value={locale}>{children}</Current.Provider>
}

export function useLocale(): Locale {
  return useContext(Current)
}

export function useWords(): Messages {
  return MESSAGES[useLocale()]
}

export function useFormats() {
  const locale = useLocale()
  return useMemo(() => formatsOf(locale), [locale])
}

function formatsOf(locale: Locale) {
  const usd = new Intl.NumberFormat(locale, { style: 'currency', currency: 'USD', currencyDisplay: 'narrowSymbol' })
  const cents = new Intl.NumberFormat(locale, {
    style: 'currency',
    currency: 'USD',
    currencyDisplay: 'narrowSymbol',
    maximumFractionDigits: 4,
  })
  const percent = new Intl.NumberFormat(locale, { style: 'percent' })
  const when = new Intl.DateTimeFormat(locale, { dateStyle: 'medium', timeStyle: 'short' })
  const day = new Intl.DateTimeFormat(locale, { dateStyle: 'medium' })
  const time = new Intl.DateTimeFormat(locale, { timeStyle: 'short' })
  const seconds = new Intl.NumberFormat(locale, {
    style: 'unit',
    unit: 'second',
    unitDisplay: 'short',
    maximumFractionDigits: 1,
  })
  const number = new Intl.NumberFormat(locale, { maximumFractionDigits: 1 })
  return {
    /** An amount as the API writes it, in US dollars; below a cent with its digits. */
    money: (amount: string) => {
      const value = Number(amount)
      const text = (value !== 0 && Math.abs(value) < 0.01 ? cents : usd).format(value)
      // Isolated: between Arabic words the sign would leave its letters, "$US" for "US$".
      return locale === 'ar' ? `\u2066${text.replace('\u200f', '')}\u2069` : text
    },
    percent: (share: number) => percent.format(share),
    when: (moment: string | Date) => when.format(new Date(moment)),
    day: (moment: string | Date) => day.format(new Date(moment)),
    time: (moment: string | Date) => time.format(new Date(moment)),
    seconds: (value: number) => seconds.format(value),
    number: (value: number) => number.format(value),
    megabytes: (bytes: number) =>
      new Intl.NumberFormat(locale, { style: 'unit', unit: 'megabyte', maximumFractionDigits: 1 })
        .format(bytes / 1e6),
  }
}
