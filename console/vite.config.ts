import { lingui } from '@lingui/vite-plugin';
import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';
import { budget } from './build/budget.ts';
import { icons } from './build/icons.ts';
import { macros } from './build/macros.ts';
import { sections } from './build/sections.ts';

/** Where `npm run dev -w console` finds the platform. */
const platform = process.env.UPDRAFT_URL ?? 'http://127.0.0.1:8080';
const proxied = ['/graphql', '/signin', '/signout', '/uploads', '/lists', '/imports', '^/batches/.*\\.csv$', '^/devices\\.csv'];

export default defineConfig({
  plugins: [icons(), macros(), lingui({ failOnMissing: true, failOnCompileError: true }), react(), sections(), budget()],
  build: {
    outDir: '../dist/console',
    emptyOutDir: true,
    // Nothing inline: the policy of the page allows its own files only.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    target: 'es2022',
    chunkSizeWarningLimit: 700,
    reportCompressedSize: false,
  },
  server: {
    host: '127.0.0.1',
    proxy: Object.fromEntries(proxied.map((path) => [path, { target: platform, ws: path === '/graphql' }])),
  },
});
