import { Library } from '@/library/library'

export default function Page() {
  return <Library />
}
