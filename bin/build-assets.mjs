// Build what the pages load and git does not hold: from node_modules and frontend/ into build/static.
//
// A small script of our own needs no build: it is a plain file in <app>/static.

import { cpSync, rmSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const root = fileURLToPath(new URL("..", import.meta.url));
const outdir = "build/static";

// Served byte for byte as published. The bundle of the web component is not wholly MIT: never commit it.
const copies = {
  "vendor/descope-web-component": "node_modules/@descope/web-component/dist/index.js",
};

// What the pictures beside links to posts are lettered with (blog/cards), and its licence.
const fonts = "node_modules/@expo-google-fonts/source-serif-4";
const lettering = {
  "fonts/card-regular.ttf": `${fonts}/400Regular/SourceSerif4_400Regular.ttf`,
  "fonts/card-semibold.ttf": `${fonts}/600SemiBold/SourceSerif4_600SemiBold.ttf`,
  "fonts/LICENSE.txt": `${fonts}/LICENSE_FONT`,
};

// One bundle per kind of page: name in build/static → entry point in frontend/.
const bundles = {};

rmSync(new URL(`../${outdir}`, import.meta.url), { recursive: true, force: true });

await build({ absWorkingDir: root, outdir, entryPoints: copies, loader: { ".js": "copy" }, logLevel: "warning" });
await build({
  absWorkingDir: root,
  outdir,
  entryPoints: bundles,
  bundle: true,
  minify: true,
  format: "iife",
  target: "es2020",
  legalComments: "linked",
  logLevel: "warning",
});
for (const [name, source] of Object.entries(lettering)) {
  cpSync(new URL(`../${source}`, import.meta.url), new URL(`../${outdir}/${name}`, import.meta.url));
}
