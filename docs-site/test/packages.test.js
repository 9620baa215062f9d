import assert from "node:assert/strict";
import { test } from "node:test";
import { read } from "../site/repository.js";

const lock = JSON.parse(read("docs-site/package-lock.json")).packages;

test("the lock file names no address of a registry", () => {
  assert.deepEqual(Object.entries(lock).filter(([, { resolved }]) => resolved).map(([name]) => name), []);
});

test("versions are exact, and licenses allow what we do with the packages", () => {
  const allowed = /^(MIT|Apache-2\.0|ISC|BSD-[23]-Clause|BlueOak-1\.0\.0|Python-2\.0|0BSD)$/;
  const versions = Object.values(JSON.parse(read("docs-site/package.json")).devDependencies);

  assert.deepEqual(versions.filter((version) => !/^\d+\.\d+\.\d+$/.test(version)), []);
  assert.deepEqual(Object.entries(lock).filter(([, { license }]) => !allowed.test(license)).map(([name, { license }]) => `${name}: ${license}`), []);
});
