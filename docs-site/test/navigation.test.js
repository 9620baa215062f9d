import assert from "node:assert/strict";
import path from "node:path";
import { test } from "node:test";
import { readSite } from "../site/pages.js";
import { filesBelow, read } from "../site/repository.js";
import { pages } from "./built-site.js";

const site = readSite();

function targets(page, selector) {
  return pages
    .get(page)
    .html.querySelectorAll(selector)
    .map((link) => link.getAttribute("href").split("#")[0])
    .map((link) => path.posix.join(path.posix.dirname(page), link));
}

test("every Markdown file of the repository is a page", () => {
  const documents = filesBelow(".").filter((file) => file.endsWith(".md"));

  assert.ok(documents.includes("docs/configuration.md"));
  assert.deepEqual(documents.filter((file) => !pages.has(site.page(file)?.url)), []);
});

test("every document is in the navigation of every page, once", () => {
  for (const page of pages.keys()) {
    const listed = targets(page, "#navigation a");

    assert.deepEqual(listed, site.inOrder.map((item) => item.url), page);
  }
});

test("every page is in the navigation or linked from one that is", () => {
  const listed = new Set(site.inOrder.map((item) => item.url));
  const linked = new Set([...pages.keys()].flatMap((page) => targets(page, "article a[href]:not([href^=http])")));

  assert.deepEqual([...pages.keys()].filter((page) => !listed.has(page) && !linked.has(page)), []);
});

test("next leads through all documents to the end, and previous back", () => {
  const order = site.inOrder.map((item) => item.url);
  const there = [order[0]];
  while (targets(there.at(-1), ".turn .next").length > 0) {
    there.push(...targets(there.at(-1), ".turn .next"));
  }
  const back = [order.at(-1)];
  while (targets(back.at(-1), ".turn .previous").length > 0) {
    back.push(...targets(back.at(-1), ".turn .previous"));
  }

  assert.deepEqual(there, order);
  assert.deepEqual(back, order.toReversed());
});

test("a page marks its own place in the navigation", () => {
  for (const item of site.inOrder) {
    assert.deepEqual(targets(item.url, "#navigation [aria-current]"), [item.url]);
  }
});

test("the heading of a decision begins with its number", () => {
  const wrong = filesBelow("docs/decisions").filter((file) => !read(file).startsWith(`# ${Number(path.basename(file).slice(0, 4))}. `));

  assert.deepEqual(wrong, []);
});
