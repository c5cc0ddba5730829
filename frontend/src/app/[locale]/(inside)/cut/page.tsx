import { CutPage } from '@/cut/editor'

export default function Page() {
  return <CutPage />
}
