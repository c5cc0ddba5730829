import { NewFilm } from '@/projects/brief'

export default function Page() {
  return <NewFilm />
}
