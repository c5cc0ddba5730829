import { ProjectPage } from '@/projects/project'

export default function Page() {
  return <ProjectPage />
}
