/**
 * The navigation, in reading order, which is also the order of "previous" and "next".
 *
 * An item is the path of a file in the repository, or {@code folder} for all Markdown files of a folder: those of {@code order} first,
 * the others by name. A label replaces the first heading. A weight below 1 moves a page down in the results of the search. Every
 * Markdown file of the repository has to be here; the build fails otherwise and names it.
 */
export const navigation = [
  {
    title: "Start",
    items: [
      { path: "README.md", label: "Overview" },
      { path: "docs/getting-started.md" },
      { path: "docs/tutorial.md" },
    ],
  },
  {
    title: "How-to guides",
    items: [
      { path: "docs/guide.md", label: "Build an application" },
      { path: "docs/testing.md" },
      { path: "docs/schema-evolution.md" },
      { path: "docs/brokers.md" },
      { path: "docs/another-broker.md" },
      { path: "docs/operations.md" },
      { path: "eventsource-embedded-postgres/README.md", label: "Embedded PostgreSQL" },
      { path: "docs/debugging-queries.sql", label: "Debugging queries" },
      { path: "docs/roles.sql", label: "Database roles" },
    ],
  },
  {
    title: "Reference",
    items: [
      { path: "docs/configuration.md" },
      { path: "docs/mistakes.md" },
      { path: "docs/guarantees.md" },
      { path: "docs/schema.md" },
      { path: "docs/performance.md" },
      { path: "docs/coming-from.md", label: "From other libraries" },
    ],
  },
  {
    title: "Explanation",
    items: [
      { path: "ARCHITECTURE.md" },
      {
        folder: "docs/internals",
        label: "Internals",
        order: ["appending", "log", "subscriptions", "failures", "dead-letters", "brokers", "reading", "proof", "ground"],
      },
      { folder: "docs/decisions", label: "Decisions", weight: 0.5 },
    ],
  },
  {
    title: "Project",
    items: [
      { path: "CONTRIBUTING.md", weight: 0.7 },
      { path: "CHANGELOG.md", weight: 0.4 },
      { path: "LICENSE", label: "License", weight: 0.2 },
    ],
  },
];
