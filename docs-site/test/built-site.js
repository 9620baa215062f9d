import { existsSync, readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { parse } from "node-html-parser";
import { root } from "../site/repository.js";

/** The folder of the built site. */
export const folder = path.join(root, "target/docs-site");

if (!existsSync(path.join(folder, "index.html"))) {
  throw new Error(`There is no site in ${folder}; run "npm run generate" first`);
}

/** Paths of all files of the site, relative to its folder. */
export const files = readdirSync(folder, { recursive: true, withFileTypes: true })
  .filter((entry) => entry.isFile())
  .map((entry) => path.relative(folder, path.join(entry.parentPath ?? entry.path, entry.name)));

/** Each page as its path, its root element and the anchors on it. */
export const pages = new Map(
  files
    .filter((file) => file.endsWith(".html"))
    .map((file) => {
      const html = parse(readFileSync(path.join(folder, file), "utf8"));
      return [file, { html, ids: html.querySelectorAll("[id]").map((element) => element.id) }];
    }),
);

export function text(file) {
  return readFileSync(path.join(folder, file), "utf8");
}
