'use client'
/** Questions to the API, each under one key, so that events can make the answers stale. */
import { useInfiniteQuery, useQuery } from '@tanstack/react-query'
import { api, ask, type Schemas } from './client'

export type Summary = Schemas['ProjectSummary']
export type Project = Schemas['ProjectOut']
export type Status = Schemas['ProjectStatus']
export type Stage = Schemas['Stage']
export type Scene = Schemas['SceneOut']
export type Publication = Schemas['PublicationOut']
export type Brief = Schemas['ProjectIn']
export type Material = Schemas['MaterialOut']

const PAGE = 100
const LOG_PAGE = 500

export function useProjects(filter: { q?: string; status?: Status; archived?: boolean } = {}) {
  return useInfiniteQuery({
    queryKey: ['projects', filter],
    queryFn: ({ pageParam }) =>
      ask(
        api.GET('/api/v1/projects', {
          params: { query: { ...filter, sort: 'updated', limit: PAGE, cursor: pageParam } },
        }),
      ),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.next || undefined,
  })
}

export function useProject(key: string) {
  return useQuery({
    queryKey: ['project', key, 'itself'],
    queryFn: () => ask(api.GET('/api/v1/projects/{key}', { params: { path: { key } } })),
    enabled: Boolean(key),
  })
}

export function useCost(key: string, isWanted = true) {
  return useQuery({
    queryKey: ['project', key, 'cost'],
    queryFn: () => ask(api.GET('/api/v1/projects/{key}/cost', { params: { path: { key } } })),
    enabled: isWanted,
  })
}

/** The poster of a project's film, or the first picture it has. */
export function usePoster(key: string, isWanted = true) {
  return useQuery({
    queryKey: ['project', key, 'poster'],
    queryFn: async () => {
      const images = (stage: Stage) =>
        ask(
          api.GET('/api/v1/assets', {
            params: { query: { project: key, kind: 'image', stage, current: true, limit: 20 } },
          }),
        )
      const made = (await images('montage')).items.find((one) => one.role === 'poster')
      return made ?? (await images('scene_images')).items.at(-1) ?? null
    },
    enabled: isWanted,
  })
}

export function useScenes(key: string, isWritten: boolean) {
  return useQuery({
    queryKey: ['project', key, 'scenes'],
    queryFn: () => ask(api.GET('/api/v1/projects/{key}/scenes', { params: { path: { key } } })),
    enabled: isWritten,
  })
}

/** How the material of every scene stands: wanted, kept, stale. */
export function useMaterial(key: string, isWritten: boolean) {
  return useQuery({
    queryKey: ['project', key, 'material'],
    queryFn: () => ask(api.GET('/api/v1/projects/{key}/material', { params: { path: { key } } })),
    enabled: isWritten,
  })
}

/** All versions of one scene's material, the newest first. */
export function useTakes(key: string, stage: Stage, scene_id: number) {
  return useQuery({
    queryKey: ['project', key, 'takes', stage, scene_id],
    queryFn: () =>
      ask(
        api.GET('/api/v1/projects/{key}/material/{stage}/{scene_id}/takes', {
          params: { path: { key, stage, scene_id } },
        }),
      ),
  })
}

/** What the whole project would cost, as if nothing of it were made. */
export function useEstimate(key: string, isWanted = true) {
  return useQuery({
    queryKey: ['project', key, 'estimate'],
    queryFn: () => ask(api.GET('/api/v1/projects/{key}/estimate', { params: { path: { key } } })),
    enabled: isWanted,
    retry: false,
  })
}

export function useSceneImages(key: string) {
  return useQuery({
    queryKey: ['project', key, 'images'],
    queryFn: () =>
      ask(
        api.GET('/api/v1/assets', {
          params: { query: { project: key, stage: 'scene_images', current: true, limit: 100 } },
        }),
      ),
  })
}

export function useFilms(key: string) {
  return useQuery({
    queryKey: ['project', key, 'films'],
    queryFn: () =>
      ask(api.GET('/api/v1/videos', { params: { query: { project: key, current: true } } })),
  })
}

/** Everything that happened to a project, the oldest first. */
export function useLog(key: string) {
  return useQuery({
    queryKey: ['log', key],
    queryFn: async () => {
      const events: Schemas['EventView'][] = []
      for (;;) {
        const query = { project: key, after: events.at(-1)?.id ?? 0, limit: LOG_PAGE }
        const page = await ask(api.GET('/api/v1/events/log', { params: { query } }))
        events.push(...page)
        if (page.length < LOG_PAGE) return events
      }
    },
    enabled: Boolean(key),
  })
}

export function useTimeline(key: string) {
  return useQuery({
    queryKey: ['project', key, 'timeline'],
    queryFn: () => ask(api.GET('/api/v1/projects/{key}/timeline', { params: { path: { key } } })),
    enabled: Boolean(key),
  })
}

export function usePublications(from: Date, to: Date) {
  return useQuery({
    queryKey: ['publications', from.toISOString(), to.toISOString()],
    queryFn: async () => {
      const items: Publication[] = []
      let cursor: string | undefined
      do {
        const query = { from: from.toISOString(), to: to.toISOString(), limit: PAGE, cursor }
        const page = await ask(api.GET('/api/v1/publications', { params: { query } }))
        items.push(...page.items)
        cursor = page.next || undefined
      } while (cursor)
      return items
    },
  })
}

export function useAccounts() {
  return useQuery({ queryKey: ['accounts'], queryFn: () => ask(api.GET('/api/v1/accounts')) })
}

export function usePlatforms() {
  return useQuery({ queryKey: ['platforms'], queryFn: () => ask(api.GET('/api/v1/platforms')) })
}

export function useProviders() {
  return useQuery({ queryKey: ['providers'], queryFn: () => ask(api.GET('/api/v1/providers')) })
}

export function useVoices(language: Schemas['Language']) {
  return useQuery({
    queryKey: ['voices', language],
    queryFn: () => ask(api.GET('/api/v1/voices', { params: { query: { language } } })),
  })
}
