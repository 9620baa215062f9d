import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import path from "node:path";

/** Absolute path of the repository; all other paths are relative to it and have forward slashes. */
export const root = path.resolve(import.meta.dirname, "../..");

const NOT_OURS = new Set(["node_modules", "target"]);

export function read(file) {
  return readFileSync(path.join(root, file), "utf8");
}

export function exists(file) {
  return existsSync(path.join(root, file));
}

export function isFolder(file) {
  return exists(file) && statSync(path.join(root, file)).isDirectory();
}

/** All files below a folder, by name, without hidden ones, built ones and installed packages. */
export function filesBelow(folder) {
  if (!exists(folder)) {
    return [];
  }
  return readdirSync(path.join(root, folder), { withFileTypes: true })
    .filter((entry) => !entry.name.startsWith(".") && !NOT_OURS.has(entry.name))
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .flatMap((entry) => {
      const file = path.posix.join(folder, entry.name);
      return entry.isDirectory() ? filesBelow(file) : [file];
    });
}

/** The version in the root pom. */
export function version() {
  return /<revision>(.*?)<\/revision>/.exec(read("pom.xml"))[1];
}
