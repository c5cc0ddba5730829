/** Days of a calendar. A day is a local date; times are said in the reader's zone. */
import type { Locale } from '@/i18n'

const FIRST_WEEKDAY: Record<Locale, number> = { en: 1, fr: 1, ar: 0 }
export const ZONE = Intl.DateTimeFormat().resolvedOptions().timeZone
export const WEEK = 7

export function addDays(day: Date, count: number): Date {
  return new Date(day.getFullYear(), day.getMonth(), day.getDate() + count)
}

export function startOfDay(moment: Date): Date {
  return addDays(moment, 0)
}

export function startOfWeek(moment: Date, locale: Locale): Date {
  const behind = (moment.getDay() - FIRST_WEEKDAY[locale] + WEEK) % WEEK
  return addDays(moment, -behind)
}

/** The whole weeks that a month touches. */
export function weeksOfMonth(moment: Date, locale: Locale): Date[] {
  const first = startOfWeek(new Date(moment.getFullYear(), moment.getMonth(), 1), locale)
  const next = new Date(moment.getFullYear(), moment.getMonth() + 1, 1)
  const days: Date[] = []
  for (let day = first; day < next || days.length % WEEK; day = addDays(day, 1)) days.push(day)
  return days
}

export function isSameDay(one: Date, other: Date): boolean {
  return startOfDay(one).getTime() === startOfDay(other).getTime()
}

/** A moment as the wall clock here shows it: `2026-12-01T09:00`. */
export function toLocal(moment: Date): string {
  const two = (value: number) => String(value).padStart(2, '0')
  const date = [moment.getFullYear(), two(moment.getMonth() + 1), two(moment.getDate())].join('-')
  return `${date}T${two(moment.getHours())}:${two(moment.getMinutes())}`
}
