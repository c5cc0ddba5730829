import { Projects } from '@/projects/list'

export default function Page() {
  return <Projects />
}
