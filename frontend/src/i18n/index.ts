/** Languages of the interface, and the shape every one of them must fill. */
import type { en } from './en'

type Shape<T> = {
  [K in keyof T]: T[K] extends (...given: infer Given) => string
    ? (...given: Given) => string
    : T[K] extends string
      ? string
      : Shape<T[K]>
}
export type Messages = Shape<typeof en>

export const LOCALES = ['en', 'fr', 'ar'] as const
export type Locale = (typeof LOCALES)[number]
export const NAMES: Record<Locale, string> = { en: 'English', fr: 'Français', ar: 'العربية' }

export function isLocale(word: string): word is Locale {
  return (LOCALES as readonly string[]).includes(word)
}

export function directionOf(locale: Locale): 'rtl' | 'ltr' {
  return locale === 'ar' ? 'rtl' : 'ltr'
}
