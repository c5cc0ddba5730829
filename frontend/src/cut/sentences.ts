/**
 * A scene's words as sentences, and what leaving some of them out does to its time. The words say when:
 * a sentence lasts from its first word to the first one of the sentence behind it.
 */
type Word = { startMs: number; durationMs: number; text: string }
export type Span = { startMs: number; endMs: number }

export function sentencesOf(text: string, language: string): string[] {
  const found = new Intl.Segmenter(language, { granularity: 'sentence' }).segment(text)
  return [...found].map((one) => one.segment.trim()).filter(Boolean)
}

export function without(text: string, language: string, index: number): string {
  return sentencesOf(text, language).filter((_, at) => at !== index).join(' ')
}

/** When each sentence is said; nothing where the words are not those that were timed. */
export function timesOf(sentences: readonly string[], words: readonly Word[]): Span[] {
  const counts = sentences.map((one) => one.split(/\s+/).length)
  if (counts.reduce((sum, count) => sum + count, 0) !== words.length) return []
  let at = 0
  return counts.map((count) => {
    const [first, last, next] = [words[at], words[at + count - 1], words[at + count]]
    at += count
    const endMs = next?.startMs ?? (last ? last.startMs + last.durationMs : 0)
    return { startMs: first?.startMs ?? 0, endMs }
  })
}

/** The times that go when only some of the sentences are kept; none when other words were written. */
export function gone(before: string, after: string, language: string, words: readonly Word[]): Span[] {
  const sentences = sentencesOf(before, language)
  const kept = sentencesOf(after, language)
  const times = timesOf(sentences, words)
  if (times.length === 0) return []
  const spans: Span[] = []
  let next = 0
  sentences.forEach((sentence, index) => {
    const time = times[index]
    if (sentence === kept[next]) next++
    else if (time) spans.push(time)
  })
  return next === kept.length ? spans : []
}

/** Words without those that go; what is behind a gap closes it. */
export function closeUp<T extends Word>(words: readonly T[], spans: readonly Span[]): T[] {
  return words
    .filter((word) => !spans.some((span) => word.startMs >= span.startMs && word.startMs < span.endMs))
    .map((word) => ({ ...word, startMs: word.startMs - lengthOf(spans.filter((span) => span.startMs < word.startMs)) }))
}

export function lengthOf(spans: readonly Span[]): number {
  return spans.reduce((sum, span) => sum + span.endMs - span.startMs, 0)
}
