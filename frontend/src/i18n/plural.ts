type Forms = Partial<Record<Intl.LDMLPluralRule | 0, string>> & { other: string }

/** The form of a sentence that a number takes in a language; 0 may have one of its own. */
export function plural(language: string, count: number, forms: Forms): string {
  if (count === 0 && forms[0]) return forms[0]
  return forms[new Intl.PluralRules(language).select(count)] ?? forms.other
}
