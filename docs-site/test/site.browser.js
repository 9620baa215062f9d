/**
 * Opens the site from the file system in Chromium, as a reader who has unpacked it does. The program is /usr/bin/chromium or
 * what CHROMIUM names; where it is missing, the tests fail. Pictures go to target/docs-site-pictures.
 */
import assert from "node:assert/strict";
import path from "node:path";
import { after, before, test } from "node:test";
import { pathToFileURL } from "node:url";
import { chromium } from "playwright-core";
import { root } from "../site/repository.js";
import { folder, pages } from "./built-site.js";

const FLAGS = "--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking --disable-component-update --disable-sync";
const NARROW = { width: 400, height: 800 };
const WIDE = { width: 1400, height: 900 };
const LOOKED_AT = {
  home: "index.html",
  guide: "guide.html",
  configuration: "configuration.html",
  operations: "operations.html",
  architecture: "architecture.html",
  guarantees: "guarantees.html",
  internals: "internals/subscriptions.html",
  decision: "decisions/0003-high-water-mark-by-locks.html",
  source: "debugging-queries.sql.html",
};

let browser;

before(async () => {
  browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium", args: FLAGS.split(" ") });
});
after(() => browser?.close());

/** A page of the browser that writes down what it complains about and what it asks for outside of the site's folder. */
async function tab(viewport, colorScheme = "light") {
  const context = await browser.newContext({ viewport, colorScheme });
  const page = await context.newPage();
  const trouble = [];
  page.on("console", (message) => ["error", "warning"].includes(message.type()) && trouble.push(message.text()));
  page.on("pageerror", (error) => trouble.push(error.message));
  page.on("request", (request) => request.url().startsWith(address("")) || trouble.push(`asks for ${request.url()}`));
  page.on("requestfailed", (request) => {
    // a page that is left while it loads gives up what it has asked for
    if (request.failure().errorText !== "net::ERR_ABORTED") {
      trouble.push(`cannot load ${request.url()}: ${request.failure().errorText}`);
    }
  });
  return { page, trouble, open: (file) => page.goto(address(file)) };
}

function address(file) {
  return pathToFileURL(folder).href + "/" + file;
}

async function picture(page, name) {
  await page.screenshot({ path: path.join(root, "target/docs-site-pictures", `${name}.png`) });
}

test("every page opens without complaint and is no wider than a narrow window", async () => {
  const { page, trouble, open } = await tab(NARROW);
  const wide = [];
  for (const file of pages.keys()) {
    await open(file);
    if (await page.evaluate(() => document.documentElement.scrollWidth > innerWidth)) {
      wide.push(file);
    }
  }

  assert.deepEqual(trouble, []);
  assert.deepEqual(wide, []);
});

for (const [size, viewport] of Object.entries({ wide: WIDE, narrow: NARROW })) {
  for (const scheme of ["light", "dark"]) {
    test(`pictures, ${size} and ${scheme}`, async () => {
      const { page, trouble, open } = await tab(viewport, scheme);
      for (const [name, file] of Object.entries(LOOKED_AT)) {
        await open(file);
        await picture(page, `${name}-${size}-${scheme}`);
      }
      await page.keyboard.press("/");
      await page.keyboard.type("dead letter");
      await page.locator("#found li").first().waitFor();
      await picture(page, `search-${size}-${scheme}`);

      assert.deepEqual(trouble, []);
    });
  }
}

test("the search finds a property by keyboard alone and leads to its row", async () => {
  const { page, trouble, open } = await tab(WIDE);
  await open("decisions/0003-high-water-mark-by-locks.html");
  await page.keyboard.press("Control+k");
  await page.keyboard.type("drain-timeout");
  await page.locator("#found li[aria-selected=true] strong", { hasText: "eventsource.shutdown.drain-timeout" }).waitFor();
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("ArrowUp");
  await page.keyboard.press("Enter");
  await page.waitForURL(address("configuration.html#eventsource.shutdown.drain-timeout"));

  assert.ok(await page.evaluate(() => document.querySelector("tr:target").getBoundingClientRect().top >= 56));
  assert.deepEqual(trouble, []);
});

test("the search says that nothing was found, and Escape closes it", async () => {
  const { page, open } = await tab(WIDE);
  await open("index.html");
  await page.click(".search-open");
  await page.keyboard.type("zzyzxqwv");

  await page.getByText("Nothing found for “zzyzxqwv”").waitFor();
  await page.keyboard.press("Escape");
  assert.equal(await page.locator("dialog.search").evaluate((dialog) => dialog.open), false);
});

test("a result on the same page closes the search and shows its place", async () => {
  const { page, open } = await tab(WIDE);
  await open("configuration.html");
  await page.keyboard.press("/");
  await page.keyboard.type("append.group-commit");
  await page.locator("#found li[aria-selected=true] strong", { hasText: "eventsource.append.group-commit" }).waitFor();
  await page.keyboard.press("Enter");

  await page.waitForFunction(() => !document.querySelector("dialog.search").open && document.querySelector("tr:target"));
});

test("the theme is the system's until it is chosen, and stays chosen", async () => {
  const { page, open } = await tab(WIDE, "dark");
  const background = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
  await open("index.html");
  const dark = await background();
  await page.click(".theme");
  const light = await background();
  await open("guide.html");

  assert.notEqual(light, dark);
  assert.equal(await background(), light);
});

test("the navigation opens and closes in a narrow window", async () => {
  const { page, open } = await tab(NARROW);
  await open("guide.html");
  const side = page.locator("#navigation");

  assert.equal(await side.isVisible(), false);
  await page.click(".menu");
  assert.equal(await side.isVisible(), true);
  await picture(page, "navigation-narrow-light");
  await page.keyboard.press("Escape");
  assert.equal(await side.isVisible(), false);
  await page.click(".menu");
  await side.getByRole("link", { name: "Configuration" }).click();
  await page.waitForURL(address("configuration.html"));
});

test("a large table scrolls in a narrow window, and the page does not", async () => {
  const { page, open } = await tab(NARROW);
  await open("configuration.html");

  assert.ok(await page.evaluate(() => document.querySelector(".table").scrollWidth > document.querySelector(".table").clientWidth));
});

test("without scripts all text and the navigation are there", async () => {
  const context = await browser.newContext({ viewport: NARROW, javaScriptEnabled: false });
  const page = await context.newPage();
  await page.goto(address("guide.html"));

  assert.equal(await page.locator("article").isVisible(), true);
  assert.equal(await page.locator("#navigation").isVisible(), true);
});
