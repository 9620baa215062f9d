/* The search, without a server: sections and rows of tables in an index that is made when the search is opened for the first time. */
(() => {
  const WORD = /[^\p{L}\p{N}]+/u;
  const INSIDE_NAME = /(?<=[a-z0-9])(?=[A-Z])/;

  /** Splits at everything that is no letter and no digit, so that each part of eventsource.append.timing is found. */
  function words(text) {
    return text.split(WORD).filter((word) => word !== "");
  }

  /** AggregateRepository is found as a whole and by its parts. */
  function forms(word) {
    const parts = word.split(INSIDE_NAME);
    return [...new Set([word, ...(parts.length > 1 ? parts : [])].map((form) => form.toLowerCase()))];
  }

  function createIndex(MiniSearch, pages) {
    const index = new MiniSearch({
      fields: ["title", "text", "page"],
      storeFields: ["title", "text", "url", "page", "group", "weight"],
      tokenize: words,
      processTerm: forms,
    });
    let id = 0;
    for (const page of pages) {
      const { title: name, group, weight } = page;
      index.addAll(page.sections.map(([title, text, url]) => ({ id: id++, title, text, url, page: name, group, weight })));
    }
    return index;
  }

  function find(index, query, limit) {
    const written = query.trim().toLowerCase();
    const options = {
      boost: { title: 3, page: 1.5 },
      prefix: (term) => term.length > 1,
      fuzzy: (term) => (term.length > 4 ? 0.2 : false),
      processTerm: (term) => term.toLowerCase(),
      // a title that has the query as it is written, such as a property, goes first
      boostDocument: (id, term, stored) => stored.weight * (stored.title.toLowerCase().includes(written) ? 4 : 1),
    };
    const all = index.search(query, { ...options, combineWith: "AND" });
    return (all.length > 0 ? all : index.search(query, options)).slice(0, limit);
  }

  /** The text around the first word of the query, and which parts of it to mark. */
  function excerpt(text, terms, length = 160) {
    const marks = marker(terms);
    const at = Math.max(0, text.search(marks));
    const begin = at < length / 2 ? 0 : text.lastIndexOf(" ", at - length / 3) + 1;
    const end = begin + length >= text.length ? text.length : text.lastIndexOf(" ", begin + length);
    return (begin > 0 ? "… " : "") + text.slice(begin, end) + (end < text.length ? " …" : "");
  }

  /** The text in pieces, every second one a hit. */
  function pieces(text, terms) {
    return text.split(marker(terms));
  }

  function marker(terms) {
    const escaped = terms.map((term) => term.replace(/[.*+?^${}()|[\]\\]/g, "\\$&"));
    return escaped.length === 0 ? /(?!)/ : new RegExp(`(${escaped.sort((a, b) => b.length - a.length).join("|")})`, "i");
  }

  globalThis.eventsourceSearch = { createIndex, find, excerpt, pieces };
})();
