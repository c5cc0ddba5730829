/** Light, dark, or as the system says; kept on this machine. */
export type Theme = 'system' | 'light' | 'dark'
export const THEME_KEY = 'theme'

/** Runs before the first paint, so that nothing flashes; the server allows it by its hash. */
export const THEME_SCRIPT = `(function(){var t=localStorage.getItem('${THEME_KEY}');
if(t!=='light'&&t!=='dark')t=matchMedia('(prefers-color-scheme: dark)').matches?'dark':'light';
document.documentElement.dataset.theme=t})()`

export function storedTheme(): Theme {
  const stored = localStorage.getItem(THEME_KEY)
  return stored === 'light' || stored === 'dark' ? stored : 'system'
}

function systemIsDark(): boolean {
  return matchMedia('(prefers-color-scheme: dark)').matches
}

export function applyTheme(theme: Theme): void {
  if (theme === 'system') localStorage.removeItem(THEME_KEY)
  else localStorage.setItem(THEME_KEY, theme)
  const isDark = theme === 'dark' || (theme === 'system' && systemIsDark())
  document.documentElement.dataset.theme = isDark ? 'dark' : 'light'
}
