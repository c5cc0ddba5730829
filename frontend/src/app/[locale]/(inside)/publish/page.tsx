import { Dashboard } from '@/publish/dashboard'

export default function Page() {
  return <Dashboard />
}
