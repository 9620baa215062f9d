import { sections } from "../site/sections.js";

/** What the search looks through, as a script, since browsers read no other file beside a page that was opened without a server. */
export const data = { permalink: "assets/search-documents.js", eleventyExcludeFromCollections: true };

export function render({ collections, site }) {
  const html = new Map(collections.all.map((template) => [template.data.source, template.content]));
  const pages = site.inOrder
    .filter((page) => page.kind !== "folder")
    .map((page) => ({ title: page.label, group: page.group, weight: page.weight ?? 1, sections: sections(page, html.get(page.source)) }));
  return `globalThis.eventsourceDocuments = ${JSON.stringify(pages)};\n`;
}
