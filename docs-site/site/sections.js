import { parse } from "node-html-parser";

/** The headings of the second and third level of a page, for "On this page". */
export function headings(html) {
  return parse(html)
    .querySelectorAll("h2[id], h3[id]")
    .map((heading) => ({ level: Number(heading.tagName[1]), id: heading.id, text: textOf(heading) }));
}

/**
 * What the search finds of a page: each section between two headings, and each row of a table that has an anchor, such as a property.
 * A section is [title, text, url].
 */
export function sections(page, html) {
  const found = [];
  let section;
  const begin = (title, id) => found.push((section = { title, text: [], url: id ? `${page.url}#${id}` : page.url }));
  begin(page.title);
  for (const element of parse(html).childNodes.filter((node) => node.tagName)) {
    if (/^H[1-6]$/.test(element.tagName)) {
      if (element.tagName !== "H1") {
        begin(textOf(element), element.id);
      }
      continue;
    }
    const rows = element.querySelectorAll("tr[id]");
    for (const row of rows) {
      const [name, ...cells] = row.querySelectorAll("td").map(textOf);
      found.push({ title: name, text: cells, url: `${page.url}#${row.id}` });
      row.remove();
    }
    section.text.push(textOf(element));
  }
  return found.map(({ title, text, url }) => [title, text.join(" ").replace(/\s+/g, " ").trim(), url]);
}

function textOf(element) {
  element.querySelectorAll("a.anchor").forEach((anchor) => anchor.remove());
  element.querySelectorAll("td, th, li, p").forEach((block) => block.insertAdjacentHTML("beforeend", " "));
  return element.textContent.replace(/\s+/g, " ").trim();
}
