/**
 * Gives headings the anchors that repository hosts give them, and rows of tables whose first cell is a piece of code (a property, a
 * meter, a column) the anchor of that code. Headings come first, so that links which work on a repository host work here.
 */
export function addAnchors(tokens) {
  const taken = new Set();
  tokens.forEach((token, index) => {
    if (token.type === "heading_open") {
      const inline = tokens[index + 1];
      anchor(token, inline, unique(slug(textOf(inline)), taken), token.tag === "h1");
    }
  });
  let table;
  tokens.forEach((token, index) => {
    if (token.type === "table_open") {
      table = { token, allCode: true };
    } else if (token.type === "tr_open" && tokens[index + 1].type === "td_open") {
      const inline = tokens[index + 2];
      if (isCode(inline)) {
        anchor(token, inline, unique(codeSlug(textOf(inline)), taken), false);
      } else {
        table.allCode = false;
      }
    } else if (token.type === "table_close" && table.allCode) {
      table.token.attrSet("class", "reference");
    }
  });
}

/** Lower case, without punctuation, hyphens for spaces. */
export function slug(text) {
  return text
    .trim()
    .toLowerCase()
    .replace(/[^\p{L}\p{M}\p{N}\p{Pc}\- ]/gu, "")
    .replace(/ /g, "-");
}

function codeSlug(code) {
  return code.replace(/[^\w.-]+/g, "-").replace(/^-+|-+$/g, "") || "row";
}

function unique(id, taken) {
  let free = id;
  for (let n = 1; taken.has(free); n++) {
    free = `${id}-${n}`;
  }
  taken.add(free);
  return free;
}

function isCode(inline) {
  return inline.children.length === 1 && inline.children[0].type === "code_inline";
}

function textOf(inline) {
  return inline.children
    .filter((token) => token.type === "text" || token.type === "code_inline")
    .map((token) => token.content)
    .join("");
}

function anchor(token, inline, id, bare) {
  token.attrSet("id", id);
  if (!bare) {
    const link = new token.constructor("html_inline", "", 0);
    link.content = ` <a class="anchor" href="#${id}" aria-label="Link to this place">#</a>`;
    inline.children.push(link);
  }
}
