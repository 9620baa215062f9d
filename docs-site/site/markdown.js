import MarkdownIt from "markdown-it";
import { relative, resolve } from "./pages.js";
import { addAnchors } from "./anchors.js";

/** Markdown as a repository host shows it: GitHub's tables and anchors, comments left out, links led to the pages of the site. */
export function createMarkdown(site, highlight) {
  const md = new MarkdownIt({ html: true, highlight });
  md.core.ruler.push("without_comments", (state) => {
    state.tokens = state.tokens.filter((token) => token.type !== "html_block" || !/^<!--[\s\S]*-->\s*$/.test(token.content));
  });
  md.core.ruler.push("anchors", (state) => addAnchors(state.tokens));
  md.core.ruler.push("links", (state) => leadLinks(state.tokens, state.env.source, site));
  md.renderer.rules.table_open = (tokens, index) =>
    `<div class="table" role="region" aria-label="Table" tabindex="0">\n<table${md.renderer.renderAttrs(tokens[index])}>\n`;
  md.renderer.rules.table_close = () => "</table>\n</div>\n";
  md.renderer.rules.code_inline = (tokens, index) => `<code>${breakable(md.utils.escapeHtml(tokens[index].content))}</code>`;
  return md;
}

/** Lets long names of properties, types and tests break between their words. */
function breakable(code) {
  return code.length > 24 ? code.replace(/(?<=\w)[._](?=\w)|[a-z](?=[A-Z])/g, "$&<wbr>") : code;
}

function leadLinks(tokens, source, site) {
  for (const token of tokens.flatMap((token) => token.children ?? [])) {
    if (token.type === "link_open") {
      token.attrSet("href", leadLink(token.attrGet("href"), source, site));
    } else if (token.type === "image") {
      const image = resolve(source, token.attrGet("src"));
      if (!image) {
        throw new Error(`${source} shows an image from elsewhere: ${token.attrGet("src")}`);
      }
      token.attrSet("src", relative(site.page(source).url, `files/${image.target}`));
    }
  }
}

function leadLink(link, source, site) {
  const found = resolve(source, link);
  if (!found) {
    return link;
  }
  const fragment = found.fragment ? `#${found.fragment}` : "";
  return found.target === source && fragment ? fragment : relative(site.page(source).url, site.page(found.target).url) + fragment;
}
