import assert from "node:assert/strict";
import { test } from "node:test";
import { slug } from "../site/anchors.js";
import { createMarkdown } from "../site/markdown.js";
import { relative, resolve } from "../site/pages.js";
import { parse } from "node-html-parser";

const urls = { "README.md": "index.html", "docs/a.md": "a.html", "docs/decisions/0001-b.md": "decisions/0001-b.html" };
const md = createMarkdown({ page: (source) => ({ url: urls[source] }) });
const render = (text, source = "docs/a.md") => parse(md.render(text, { source }));

test("anchors of headings are those of a repository host", () => {
  assert.equal(slug("What you can rely on"), "what-you-can-rely-on");
  assert.equal(slug("`eventsource.embedded-postgres.*`"), "eventsourceembedded-postgres");
  assert.equal(slug("Kafka & Redis: who waits?"), "kafka--redis-who-waits");
  assert.equal(slug("Größe_2"), "größe_2");
});

test("a heading that is there twice has two anchors", () => {
  const ids = render("## Added\n\n## Added\n\n## Added").querySelectorAll("h2").map((heading) => heading.id);

  assert.deepEqual(ids, ["added", "added-1", "added-2"]);
});

test("a row that begins with code has an anchor, and gives way to a heading", () => {
  const html = render("| a | b |\n|---|---|\n| `x.y` | 1 |\n| text | 2 |\n| `same` | 3 |\n\n## same");

  assert.deepEqual(html.querySelectorAll("tbody tr").map((row) => row.id), ["x.y", "", "same-1"]);
  assert.equal(html.querySelector("h2").id, "same");
});

test("a table is a reference if all its rows begin with code", () => {
  const rows = (...cells) => `| a | b |\n|---|---|\n${cells.map((cell) => `| ${cell} | 1 |\n`).join("")}`;
  const classes = (text) => render(text).querySelectorAll("table").map((table) => table.getAttribute("class"));

  assert.deepEqual(classes(`${rows("`x`", "`y`")}\n${rows("`x`", "text")}\n${rows("text")}`), ["reference", undefined, undefined]);
});

test("links between documents are relative, from and to each folder", () => {
  const leads = (link, source) => render(`[x](${link})`, source).querySelector("a").getAttribute("href");

  assert.equal(leads("decisions/0001-b.md#why"), "decisions/0001-b.html#why");
  assert.equal(leads("../a.md", "docs/decisions/0001-b.md"), "../a.html");
  assert.equal(leads("../README.md"), "index.html");
  assert.equal(leads("docs/a.md#x", "README.md"), "a.html#x");
  assert.equal(leads("#here"), "#here");
  assert.equal(leads("https://semver.org"), "https://semver.org");
});

test("links out of the repository are left alone", () => {
  for (const link of ["https://semver.org", "mailto:a@b", "//host/x", "HTTP://host"]) {
    assert.equal(resolve("docs/a.md", link), undefined, link);
  }
  assert.deepEqual(resolve("docs/a.md", "../pom.xml"), { target: "pom.xml", fragment: undefined });
  assert.deepEqual(resolve("README.md", "docs/decisions/"), { target: "docs/decisions", fragment: undefined });
  assert.equal(relative("decisions/index.html", "index.html"), "../index.html");
});

test("comments are left out, and text that looks like a template is text", () => {
  assert.equal(render("<!-- verify:curl begin -->\n\n${version} {{ x }} {% y %}").textContent.trim(), "${version} {{ x }} {% y %}");
});

test("an image of the repository is shown from its copy", () => {
  const shown = (link, source) => render(`![x](${link})`, source).querySelector("img").getAttribute("src");

  assert.equal(shown("pictures/way.svg"), "files/docs/pictures/way.svg");
  assert.equal(shown("../pictures/way.svg", "docs/decisions/0001-b.md"), "../files/docs/pictures/way.svg");
});

test("an image from elsewhere is refused", () => {
  assert.throws(() => render("![x](https://host/x.png)"), /docs\/a.md shows an image from elsewhere/);
});

test("long names may break between their words, short ones may not", () => {
  const code = (name) => render(`\`${name}\``).querySelector("code").innerHTML;

  assert.equal(code("eventsource.append.tail-timeout"), "eventsource.<wbr>append.<wbr>tail-timeout");
  assert.equal(code("HighWaterMarkIT.open_writes_and_others"), "High<wbr>Water<wbr>Mark<wbr>IT.<wbr>open_<wbr>writes_<wbr>and_<wbr>others");
  assert.equal(code("eventsource.enabled"), "eventsource.enabled");
});

test("a wide table scrolls in a region of its own that the keyboard reaches", () => {
  const region = render("| a |\n|---|\n| 1 |").querySelector("div.table");

  assert.equal(region.getAttribute("tabindex"), "0");
  assert.equal(region.querySelectorAll("table").length, 1);
});
