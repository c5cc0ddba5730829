'use client'
/** Accounts of networks and how they are; networks that could be connected. */
import { useMutation } from '@tanstack/react-query'
import { api, ask } from '@/api/client'
import { useAccounts, usePlatforms } from '@/api/queries'
import { useWords } from '@/i18n/context'
import { FromServer, Problem } from '@/ui/basics'

const TONES = { ok: 'tone-green', refreshing: 'tone-blue', needs_reconnect: 'tone-yellow', disconnected: 'tone-red' }

export function Accounts() {
  const words = useWords()
  const accounts = useAccounts().data ?? []
  const platforms = (usePlatforms().data ?? []).filter((one) => one.needs_account)
  const connect = useMutation({
    mutationFn: (platform: string) =>
      ask(api.POST('/api/v1/accounts/connect', {
        body: { platform, redirect_uri: `${location.origin}/api/v1/accounts/callback` },
      })),
    onSuccess: ({ url }) => location.assign(url),
  })
  return (
    <section className="card stack" aria-labelledby="accounts">
      <h2 id="accounts">{words.publish.accounts}</h2>
      {accounts.length === 0 && <p className="quiet small">{words.publish.noAccounts}</p>}
      <ul className="stack">
        {accounts.map((account) => (
          <li key={account.id} className="row spread">
            <span>
              <span className="strong">{account.name}</span> <span className="quiet">{account.platform}</span>
              <FromServer text={account.health_why} />
            </span>
            <span className={`badge ${TONES[account.health]}`}>{words.publish.health[account.health]}</span>
          </li>
        ))}
      </ul>
      <Problem error={connect.error} />
      <ul className="choices">
        {platforms.map((platform) => (
          <li key={platform.name}>
            <button className="button" disabled={!platform.configured}
              title={platform.configured ? undefined : words.publish.notConfigured(platform.missing.join(', '))}
              onClick={() => connect.mutate(platform.name)}>
              {words.publish.connect} <bdi>{platform.name}</bdi>
            </button>
          </li>
        ))}
      </ul>
      {platforms.some((one) => !one.configured) && (
        <p className="small quiet">
          {words.publish.notConfigured(platforms.filter((one) => !one.configured).map((one) => one.name).join(', '))}
        </p>
      )}
    </section>
  )
}
