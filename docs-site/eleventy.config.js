import { createHighlighter } from "shiki";
import { headings } from "./site/sections.js";
import { createMarkdown } from "./site/markdown.js";
import { readSite, relative } from "./site/pages.js";
import { folderPage, languages, sourcePage } from "./site/sources.js";
import { read } from "./site/repository.js";

const THEMES = { light: "github-light-default", dark: "github-dark-default" };

export default async function (eleventy) {
  const site = readSite();
  const highlighter = await createHighlighter({ themes: Object.values(THEMES), langs: languages });
  const highlight = (code, lang) =>
    highlighter.codeToHtml(flushLeft(code), { lang: lang || "text", themes: THEMES, defaultColor: "light-dark()" });

  eleventy.setLibrary("md", createMarkdown(site, highlight));
  eleventy.addGlobalData("site", site);
  eleventy.addFilter("from", (to, url) => relative(url, to));
  eleventy.addFilter("headings", headings);
  eleventy.addFilter("lead", lead);
  eleventy.addFilter("neighbour", (page, step) => site.inOrder[site.inOrder.findIndex((other) => other.source === page) + step]);

  for (const page of site.pages) {
    const text = page.kind === "document" ? read(page.source) : page.kind === "folder" ? folderPage(page) : sourcePage(page);
    eleventy.addTemplate(`${page.url.replace(/\.html$/, "")}.md`, text, { ...page, layout: "page.njk", permalink: page.url });
    if (page.kind === "source") {
      eleventy.addPassthroughCopy({ [`../${page.source}`]: `files/${page.source}` });
    }
  }
  for (const image of site.images) {
    eleventy.addPassthroughCopy({ [`../${image}`]: `files/${image}` });
  }
  eleventy.addPassthroughCopy("assets");
  eleventy.addPassthroughCopy({
    "node_modules/minisearch/dist/umd/index.js": "assets/minisearch.js",
    "node_modules/minisearch/LICENSE.txt": "assets/minisearch-license.txt",
  });

  return {
    dir: { input: "templates", includes: "../layouts", output: "../target/docs-site" },
    markdownTemplateEngine: false,
    htmlTemplateEngine: false,
  };
}

/** Code without the indentation that all its lines have, since snippets are parts of files. */
function flushLeft(code) {
  const lines = code.trimEnd().split("\n");
  const indent = Math.min(...lines.filter((line) => line.trim() !== "").map((line) => /^ */.exec(line)[0].length));
  return Number.isFinite(indent) ? lines.map((line) => line.slice(indent)).join("\n") : "";
}

/** The first heading and the first paragraph of a page, and what follows. */
function lead(html) {
  const end = html.indexOf("</p>") + "</p>".length;
  return { lead: html.slice(0, end), rest: html.slice(end) };
}
