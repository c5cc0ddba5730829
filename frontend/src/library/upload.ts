/**
 * A file in pieces. The server alone says where the next one begins, so that a lost line, or a page
 * that was closed, goes on where it was: the same file is known by its name, size and date.
 */
import { api, ask, once, Refusal, type Schemas } from '@/api/client'

type Upload = Schemas['UploadOut']
const TRIES = 5
const PIECE_BYTES = 4 * 1024 * 1024

export async function sendFile(file: File, tell: (share: number) => void): Promise<Upload> {
  let upload = await beginOrResume(file)
  let failures = 0
  while (upload.state === 'open' && upload.received_bytes < upload.size_bytes) {
    tell(upload.received_bytes / upload.size_bytes)
    try {
      upload = await sendPiece(file, upload)
      failures = 0
    } catch (error) {
      const isLine = error instanceof Refusal && (error.status === 0 || error.status === 409 || error.status >= 500)
      if (!isLine || ++failures >= TRIES) throw error
      await new Promise((resolve) => setTimeout(resolve, 500 * 2 ** failures))
      upload = await read(upload.id)
    }
  }
  if (upload.state === 'checking') upload = await check(upload.id)
  localStorage.removeItem(nameOf(file))
  tell(1)
  return upload
}

async function beginOrResume(file: File): Promise<Upload> {
  const known = localStorage.getItem(nameOf(file))
  const resumed = known ? await read(known).catch(() => null) : null
  if (resumed?.state === 'open') return resumed
  const upload = await ask(
    api.POST('/api/v1/uploads', {
      params: { header: once() },
      body: { name: file.name, media_type: file.type, size_bytes: file.size },
    }),
  )
  localStorage.setItem(nameOf(file), upload.id)
  return upload
}

function sendPiece(file: File, upload: Upload): Promise<Upload> {
  const begin = upload.received_bytes
  const piece = file.slice(begin, begin + Math.min(PIECE_BYTES, upload.max_chunk_bytes))
  return ask(
    api.PATCH('/api/v1/uploads/{upload_id}', {
      params: { path: { upload_id: upload.id }, header: { 'Upload-Offset': begin } },
      body: '',
      bodySerializer: () => piece,
      headers: { 'Content-Type': 'application/octet-stream' },
    }),
  )
}

function read(id: string): Promise<Upload> {
  return ask(api.GET('/api/v1/uploads/{upload_id}', { params: { path: { upload_id: id } } }))
}

function check(id: string): Promise<Upload> {
  return ask(api.POST('/api/v1/uploads/{upload_id}/check', { params: { path: { upload_id: id } } }))
}

function nameOf(file: File): string {
  return `upload:${file.name}:${file.size}:${file.lastModified}`
}
