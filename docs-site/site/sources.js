import path from "node:path";
import { read } from "./repository.js";
import { relative } from "./pages.js";

const LANGUAGES = {
  ".java": "java",
  ".json": "json",
  ".pgsql": "sql",
  ".properties": "properties",
  ".sh": "sh",
  ".sql": "sql",
  ".xml": "xml",
  ".yaml": "yaml",
  ".yml": "yaml",
};

/** The languages that are highlighted; a code block in another one stops the build. */
export const languages = ["java", "json", "properties", "sh", "sql", "xml", "yaml"];

/** Markdown of a page that shows a file of the repository and offers it for download. */
export function sourcePage(page) {
  const text = read(page.source).trimEnd();
  const name = path.posix.basename(page.source);
  const fence = "`".repeat(Math.max(3, ...(text.match(/`+/g) ?? []).map((ticks) => ticks.length + 1)));
  const heading = page.group ? page.title : name;
  return `# ${heading}

<p class="file"><code>${page.source}</code> <a href="${relative(page.url, `files/${page.source}`)}" download>Download</a></p>

${fence}${LANGUAGES[path.posix.extname(name)] ?? ""}
${text}
${fence}
`;
}

/** Markdown of a page that lists what is in a folder. */
export function folderPage(page) {
  const entries = page.children.map((child) => {
    const label = child.kind === "document" ? child.title : path.posix.relative(page.source, child.source);
    return `<li><a href="${relative(page.url, child.url)}">${label}</a></li>`;
  });
  const place = page.group ? "" : `<p class="file"><code>${page.source}</code></p>\n\n`;
  return `# ${page.title}\n\n${place}<ul class="folder">\n${entries.join("\n")}\n</ul>\n`;
}
