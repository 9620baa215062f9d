/* Theme, navigation on narrow screens, copying of code, place on the page, and the search dialog. Everything else works without it. */
(() => {
  const root = document.documentElement;
  const base = document.body.dataset.root;
  const one = (selector, within = document) => within.querySelector(selector);
  const all = (selector, within = document) => [...within.querySelectorAll(selector)];

  root.classList.add("scripted");

  // theme: the system's until it is chosen
  one(".theme").addEventListener("click", () => {
    const dark = root.dataset.theme ? root.dataset.theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
    root.dataset.theme = dark ? "light" : "dark";
    try {
      localStorage.setItem("eventsource-theme", root.dataset.theme);
    } catch (refused) {
      // a browser that stores nothing for files shows the chosen theme on this page
    }
  });

  // navigation on narrow screens
  const menu = one(".menu");
  const side = one("#navigation");
  const showMenu = (shown) => {
    menu.setAttribute("aria-expanded", String(shown));
    document.body.classList.toggle("menu-open", shown);
  };
  menu.addEventListener("click", () => showMenu(menu.getAttribute("aria-expanded") !== "true"));
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") {
      showMenu(false);
    }
  });
  const current = one("[aria-current]", side);
  if (current) {
    side.scrollTop = Math.max(0, current.offsetTop - side.clientHeight / 2);
  }

  // copying of code
  if (navigator.clipboard) {
    for (const block of all("article pre")) {
      const button = document.createElement("button");
      button.type = "button";
      button.className = "copy";
      button.textContent = "Copy";
      button.addEventListener("click", async () => {
        try {
          await navigator.clipboard.writeText(block.textContent);
          button.textContent = "Copied";
        } catch (refused) {
          button.textContent = "Not allowed";
        }
        setTimeout(() => (button.textContent = "Copy"), 1500);
      });
      const frame = document.createElement("div");
      frame.className = "code";
      block.replaceWith(frame);
      frame.append(block, button);
    }
  }

  // place on the page
  const entries = new Map(all(".toc a").map((link) => [decodeURIComponent(link.hash.slice(1)), link]));
  if (entries.size > 0) {
    const headings = [...entries.keys()].map((id) => document.getElementById(id));
    const mark = () => {
      const passed = headings.filter((heading) => heading.getBoundingClientRect().top < 120);
      const here = (passed.at(-1) ?? headings[0]).id;
      for (const [id, link] of entries) {
        link.classList.toggle("here", id === here);
      }
      const link = entries.get(here);
      const box = one(".toc");
      if (link.offsetTop < box.scrollTop || link.offsetTop > box.scrollTop + box.clientHeight - 60) {
        box.scrollTop = link.offsetTop - box.clientHeight / 2;
      }
    };
    addEventListener("scroll", mark, { passive: true });
    mark();
  }

  // search
  const dialog = one("dialog.search");
  const input = one("input", dialog);
  const list = one("#found");
  const state = one(".state", dialog);
  let index;
  let chosen = -1;

  function load(script) {
    return new Promise((resolve, reject) => {
      const element = document.createElement("script");
      element.src = base + script;
      element.onload = resolve;
      element.onerror = () => reject(new Error(`${script} is missing`));
      document.head.append(element);
    });
  }

  async function open() {
    if (dialog.open) {
      return;
    }
    showMenu(false);
    dialog.showModal();
    input.select();
    if (!index) {
      state.textContent = "Loading …";
      try {
        await Promise.all([load("assets/minisearch.js"), load("assets/search-documents.js")]);
      } catch (failure) {
        state.textContent = `The search cannot be loaded: ${failure.message}`;
        return;
      }
      index = eventsourceSearch.createIndex(MiniSearch, eventsourceDocuments);
      show();
    }
  }

  function marked(text, terms, element) {
    eventsourceSearch.pieces(text, terms).forEach((piece, n) => {
      const node = n % 2 === 1 ? document.createElement("mark") : document.createTextNode(piece);
      if (n % 2 === 1) {
        node.textContent = piece;
      }
      element.append(node);
    });
    return element;
  }

  function entry(result, n) {
    const item = document.createElement("li");
    item.id = `found-${n}`;
    item.setAttribute("role", "option");
    const link = document.createElement("a");
    link.href = base + result.url;
    link.tabIndex = -1;
    const element = (name, className) => Object.assign(document.createElement(name), { className });
    const place = element("small", "place");
    place.textContent = result.title === result.page ? result.group : `${result.group} › ${result.page}`;
    link.append(
      place,
      marked(result.title, result.terms, element("strong", "")),
      marked(eventsourceSearch.excerpt(result.text, result.terms), result.terms, element("span", "excerpt")),
    );
    item.append(link);
    return item;
  }

  function show() {
    const query = input.value.trim();
    const results = index && query ? eventsourceSearch.find(index, query, 20) : [];
    list.replaceChildren(...results.map(entry));
    state.textContent = !query ? "Words, properties, meters, classes" : results.length === 0 ? `Nothing found for “${query}”` : "";
    input.setAttribute("aria-expanded", String(results.length > 0));
    choose(results.length > 0 ? 0 : -1);
  }

  function choose(n) {
    chosen = n;
    all("li", list).forEach((item, at) => item.setAttribute("aria-selected", String(at === n)));
    const item = list.children[n];
    if (item) {
      input.setAttribute("aria-activedescendant", item.id);
      item.scrollIntoView({ block: "nearest" });
    } else {
      input.removeAttribute("aria-activedescendant");
    }
  }

  one(".search-open").addEventListener("click", open);
  document.addEventListener("keydown", (event) => {
    const typing = /^(INPUT|TEXTAREA|SELECT)$/.test(document.activeElement?.tagName ?? "");
    if ((event.key === "/" && !typing && !event.ctrlKey && !event.metaKey && !event.altKey) || (event.key === "k" && (event.ctrlKey || event.metaKey))) {
      event.preventDefault();
      open();
    }
  });
  input.addEventListener("input", () => index && show());
  input.addEventListener("keydown", (event) => {
    const count = list.children.length;
    if (event.key === "ArrowDown" && count > 0) {
      choose((chosen + 1) % count);
    } else if (event.key === "ArrowUp" && count > 0) {
      choose((chosen - 1 + count) % count);
    } else if (event.key === "Escape") {
      // a field for searching would only be emptied
      dialog.close();
    } else if (event.key === "Enter") {
      one("a", list.children[chosen] ?? document.createElement("li"))?.click();
    } else {
      return;
    }
    event.preventDefault();
  });
  list.addEventListener("click", (event) => event.target.closest("a") && dialog.close());
  dialog.addEventListener("click", (event) => event.target === dialog && dialog.close());
})();
