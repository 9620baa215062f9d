import assert from "node:assert/strict";
import path from "node:path";
import { test } from "node:test";
import { files, pages, text } from "./built-site.js";

/** Where links may lead that a reader follows when online; nothing is loaded from there. */
const OUTSIDE = ["https://keepachangelog.com/", "https://semver.org"];

const NOT_RELATIVE = /^[a-z][a-z0-9+.-]*:|^\//i;

function attributes(html) {
  return ["href", "src", "srcset", "action", "poster", "data"].flatMap((name) =>
    html.querySelectorAll(`[${name}]`).map((element) => ({ tag: element.tagName, value: element.getAttribute(name) })),
  );
}

function eachAttribute(look) {
  return [...pages].flatMap(([page, { html }]) => attributes(html).flatMap((attribute) => look(page, attribute) ?? []));
}

test("every link leads to a file of the site and to an anchor on it", () => {
  const exact = new Set(files);

  const broken = eachAttribute((page, { value }) => {
    if (NOT_RELATIVE.test(value)) {
      return undefined;
    }
    const [file, anchor] = value.split("#");
    const target = file === "" ? page : path.posix.join(path.posix.dirname(page), decodeURI(file));
    const leads = exact.has(target) && (anchor === undefined || pages.get(target).ids.includes(decodeURIComponent(anchor)));
    return leads ? undefined : `${page}: ${value}`;
  });

  assert.deepEqual(broken, []);
});

test("nothing is loaded from outside, and links lead outside only where that is known", () => {
  const outside = eachAttribute((page, { tag, value }) =>
    !NOT_RELATIVE.test(value) || (tag === "A" && OUTSIDE.some((address) => value.startsWith(address))) ? undefined : `${page}: ${value}`,
  );

  assert.deepEqual(outside, []);
});

test("styles and scripts of the site name no address and ask nobody", () => {
  const own = ["assets/site.css", "assets/site.js", "assets/search.js"];

  assert.deepEqual(own.filter((file) => /https?:|url\(|@import|import\(|fetch\(|XMLHttpRequest|sendBeacon|WebSocket/.test(text(file))), []);
});

test("a browser that opens a page from a folder refuses nothing on it", () => {
  const refused = [...pages].filter(([, { html }]) => html.querySelector('script[type="module"], link[crossorigin], script[crossorigin], iframe'));

  assert.deepEqual(refused.map(([page]) => page), []);
});

test("anchors are unique on their page", () => {
  const twice = [...pages].flatMap(([page, { ids }]) => ids.filter((id, at) => ids.indexOf(id) !== at).map((id) => `${page}: ${id}`));

  assert.deepEqual(twice, []);
});
