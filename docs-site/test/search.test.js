import assert from "node:assert/strict";
import { test } from "node:test";
import vm from "node:vm";
import { readSite } from "../site/pages.js";
import { pages, text } from "./built-site.js";

/** The scripts as a browser loads them. */
const window = vm.createContext({});
for (const script of ["assets/minisearch.js", "assets/search.js", "assets/search-documents.js"]) {
  vm.runInContext(text(script), window, { filename: script });
}
const { eventsourceSearch: search, eventsourceDocuments: documents } = window;
const index = search.createIndex(window.MiniSearch, documents);
const find = (query) => [...search.find(index, query, 20)];

test("a property is found by its name, by a part of it, and with a mistake", () => {
  assert.equal(find("append.group-commit")[0].url, "configuration.html#eventsource.append.group-commit");
  for (const query of ["eventsource.shutdown.drain-timeout", "drain-timeout", "drain timeout", "drain timeuot"]) {
    assert.equal(find(query)[0].url, "configuration.html#eventsource.shutdown.drain-timeout", query);
  }
});

test("a class is found by its name and by a part of it", () => {
  for (const query of ["AggregateFixture", "fixture"]) {
    assert.ok(find(query).some((result) => result.url === "guide.html#tests"), query);
  }
});

test("a word that is begun is found", () => {
  assert.ok(find("snapsh").length > 0);
});

test("SQL of the documents is found", () => {
  assert.ok(find("pg_stat_statements").some((result) => result.url.startsWith("debugging-queries.sql.html")));
});

test("what is not there is not found", () => {
  assert.deepEqual(find("zzyzxqwv"), []);
});

test("a query of punctuation finds nothing and breaks nothing", () => {
  for (const query of ["", " ", ".*", "[(", "\\", "'"]) {
    assert.deepEqual(find(query), [], query);
    assert.equal([...search.pieces("some text", [query].filter(Boolean))].join(""), "some text");
  }
});

test("every document can be found, and every result leads to an anchor", () => {
  const searched = [...documents].flatMap((page) => page.sections.map(([, , url]) => url));
  const wrong = searched.filter((url) => {
    const [page, anchor] = url.split("#");
    return !pages.has(page) || (anchor !== undefined && !pages.get(page).ids.includes(anchor));
  });
  const without = readSite().inOrder.filter((page) => page.kind !== "folder" && !searched.includes(page.url));

  assert.deepEqual(wrong, []);
  assert.deepEqual(without, []);
});

test("an excerpt shows the first hit and whole words", () => {
  const long = `${"before ".repeat(60)}needle ${"after ".repeat(60)}`.trim();

  const excerpt = search.excerpt(long, ["needle"]);

  assert.match(excerpt, /^… (before )+needle (after )+…$/);
  assert.ok(excerpt.length < 200);
});
