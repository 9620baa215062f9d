import path from "node:path";
import MarkdownIt from "markdown-it";
import { navigation } from "./navigation.js";
import { exists, filesBelow, isFolder, read, version } from "./repository.js";

/**
 * All pages of the site: the documents of the navigation, the folders that it lists, and the files and folders of the repository that a
 * document links to. A page has a source (its path in the repository), a url (relative to the site's root), a title, a label, a kind
 * ("document", "folder" or "source") and, in the navigation, a group.
 */
export function readSite() {
  const groups = navigation.map((group) => ({ title: group.title, items: group.items.flatMap((item) => expand(item, group)) }));
  const inOrder = groups.flatMap((group) => group.items.flatMap((item) => [item, ...(item.children ?? [])]));
  const pages = new Map(inOrder.map((page) => [page.source, page]));

  const forgotten = filesBelow(".").filter((file) => file.endsWith(".md") && !pages.has(file));
  if (forgotten.length > 0) {
    throw new Error(`Not in the navigation: ${forgotten.join(", ")}. Add them to docs-site/site/navigation.js`);
  }

  const images = new Set();
  for (const page of inOrder.filter((page) => page.kind === "document")) {
    targetsOf(page, "link_open", "href").forEach((target) => addLinked(target, page, pages));
    targetsOf(page, "image", "src").forEach((target) => images.add(target));
  }
  return { version: version(), groups, inOrder, images, pages: [...pages.values()], page: (source) => pages.get(source) };
}

/** Where a link in a file leads: a path in the repository and a fragment, or undefined if it leads out of the repository. */
export function resolve(source, link) {
  if (/^[a-z][a-z0-9+.-]*:|^\/\//i.test(link)) {
    return undefined;
  }
  const [file, fragment] = link.split("#");
  const target = file === "" ? source : path.posix.join(path.posix.dirname(source), decodeURI(file)).replace(/\/$/, "");
  return { target, fragment };
}

/** A relative address from one page to another, which also works without a server. */
export function relative(from, to) {
  return path.posix.relative(path.posix.dirname(from), to) || path.posix.basename(to);
}

function expand(item, group) {
  if (item.path) {
    return [{ ...document(item.path, group, item.label), weight: item.weight }];
  }
  const children = inReadingOrder(item)
    .map((file) => ({ ...document(file, group), group: `${group.title} › ${item.label}`, weight: item.weight }));
  return children.length === 0 ? [] : [{ ...folder(item.folder, item.label), group: group.title, children }];
}

/** The Markdown files of a folder: those that the item names first, the others behind them by name. */
function inReadingOrder({ folder, order = [] }) {
  const files = filesBelow(folder).filter((file) => file.endsWith(".md"));
  const first = order.map((name) => path.posix.join(folder, `${name}.md`));
  const missing = first.filter((file) => !files.includes(file));
  if (missing.length > 0) {
    throw new Error(`${missing.join(", ")} is in docs-site/site/navigation.js and not in the repository`);
  }
  return [...first, ...files.filter((file) => !first.includes(file))];
}

function document(source, group, label) {
  if (!exists(source)) {
    throw new Error(`${source} is in docs-site/site/navigation.js and not in the repository`);
  }
  const isMarkdown = source.endsWith(".md");
  const title = isMarkdown ? firstHeading(source) : (label ?? source);
  return { source, url: documentUrl(source), title, label: label ?? title, kind: isMarkdown ? "document" : "source", group: group.title };
}

function folder(source, label = path.posix.basename(source)) {
  return { source, url: `${folderUrl(source)}/index.html`, title: label, label, kind: "folder" };
}

function addLinked(target, page, pages) {
  if (pages.has(target)) {
    return;
  }
  if (!exists(target)) {
    throw new Error(`${page.source} links to ${target}, which does not exist`);
  }
  if (isFolder(target)) {
    const children = filesBelow(target).map((file) => pages.get(file) ?? linkedFile(file));
    pages.set(target, { ...folder(target), children });
    children.forEach((child) => pages.set(child.source, child));
  } else {
    pages.set(target, linkedFile(target));
  }
}

function linkedFile(source) {
  return { source, url: `source/${source}.html`, title: source, label: source, kind: "source" };
}

function documentUrl(source) {
  if (source === "README.md") {
    return "index.html";
  }
  return `${source.replace(/^docs\//, "").replace(/\/README\.md$/, "").replace(/\.md$/, "").toLowerCase()}.html`;
}

function folderUrl(source) {
  return source.startsWith("docs/") ? source.replace(/^docs\//, "") : `source/${source}`;
}

function firstHeading(source) {
  const heading = /^# (.+)$/m.exec(read(source));
  if (!heading) {
    throw new Error(`${source} has no heading of the first level`);
  }
  return heading[1].replace(/[`*]/g, "");
}

/** The files of the repository that a document links to or shows. */
function targetsOf(page, type, attribute) {
  return new MarkdownIt({ html: true })
    .parse(read(page.source), {})
    .flatMap((token) => token.children ?? [])
    .filter((token) => token.type === type)
    .map((token) => resolve(page.source, token.attrGet(attribute)))
    .filter((link) => link !== undefined)
    .map((link) => link.target);
}
