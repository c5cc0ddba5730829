// Before a build: the typed client from the API's document, and the fonts the product already has.
import { cp, mkdir, readFile, writeFile } from 'node:fs/promises'
import openapiTS, { astToString } from 'openapi-typescript'

const here = new URL('.', import.meta.url)
const document = JSON.parse(await readFile(new URL('openapi.json', here), 'utf8'))
// What has a default may be left out of a request.
const types = await openapiTS(document, { defaultNonNullable: false })
await writeFile(new URL('src/api/schema.ts', here), astToString(types))

const fonts = new URL('src/fonts/', here)
await mkdir(fonts, { recursive: true })
for (const weight of ['Regular', 'SemiBold']) {
  const name = `IBMPlexSansArabic-${weight}.ttf`
  await cp(new URL(`../video_platform/fonts/${name}`, here), new URL(name, fonts))
}
