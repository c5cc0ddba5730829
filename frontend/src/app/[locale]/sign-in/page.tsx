import { Door } from '@/ui/door'

export default function Page() {
  return <Door kind="sign-in" />
}
