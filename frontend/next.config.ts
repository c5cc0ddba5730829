import path from 'node:path'
import type { NextConfig } from 'next'

// Plain files, served by the API (docs/adr/0014): no Node.js where the product runs.
const config: NextConfig = {
  output: 'export',
  trailingSlash: true,
  reactStrictMode: true,
  images: { unoptimized: true },
  turbopack: { root: path.resolve(__dirname) },
}

export default config
