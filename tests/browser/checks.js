/** What is looked at on each screen; put into the page by `matrix.py`. Each check gives a list of complaints. */

(() => {
  const TARGETS = "a[href], button, input, select, textarea, summary, [role=button], [role=tab], [tabindex='0']";
  const round = Math.round;

  const nameOf = (element) => {
    const classes = typeof element.className === "string" ? element.className : (element.className.baseVal ?? "");
    const words = (element.getAttribute("aria-label") ?? element.textContent ?? "").trim().replace(/\s+/g, " ").slice(0, 40);
    const own = element.tagName.toLowerCase() + (element.id ? `#${element.id}` : "") + classes.trim().split(/\s+/).filter(Boolean).map((one) => `.${one}`).join("");
    return words ? `${own} "${words}"` : own;
  };

  const isSeen = (element) => element.checkVisibility({ checkOpacity: true, checkVisibilityCSS: true });
  /** Hidden from eyes on purpose: a one-pixel box. */
  const isForEars = (element) => element.closest(".visually-hidden, .skip:not(:focus)") !== null;
  const all = (selector) => [...document.querySelectorAll(selector)].filter((one) => isSeen(one) && !isForEars(one));
  const isFixed = (element) => {
    for (let at = element; at; at = at.parentElement) if (["fixed", "sticky"].includes(getComputedStyle(at).position)) return true;
    return false;
  };

  /** Boxes of lines are higher than what is written in them. */
  const letters = ({ x, y, width, height }) => new DOMRect(x, y + 0.18 * height, width, 0.64 * height);

  /** Text nodes that are seen, with the boxes of their lines. */
  function texts() {
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    const found = [];
    while (walker.nextNode()) {
      const node = walker.currentNode;
      const element = node.parentElement;
      if (!node.textContent.trim() || element.closest("script, noscript, option, title, desc") || !isSeen(element) || isForEars(element)) continue;
      const range = document.createRange();
      range.selectNodeContents(node);
      const boxes = [...range.getClientRects()].filter((box) => box.width > 1 && box.height > 1).map(letters);
      if (boxes.length) found.push({ element, boxes });
    }
    return found;
  }

  /** The nearest ancestor that hides what sticks out, unless one that scrolls comes first. */
  function clipperOf(element, side) {
    const isX = side === "x";
    for (let at = element; at && at !== document.documentElement; at = at.parentElement) {
      const style = getComputedStyle(at);
      const overflow = isX ? style.overflowX : style.overflowY;
      if (["auto", "scroll"].includes(overflow)) return null;
      if (["hidden", "clip"].includes(overflow) && style.display !== "inline") return at;
    }
    return null;
  }

  function tooWide() {
    const limit = document.documentElement.clientWidth;
    const over = document.documentElement.scrollWidth - limit;
    if (over <= 0) return [];
    const sticking = all("body *").filter((one) => one.getBoundingClientRect().right > limit + 1 && !clipperOf(one.parentElement, "x"));
    const first = sticking.filter((one) => !sticking.includes(one.parentElement)).slice(0, 3).map(nameOf);
    return [`${over} px wider than the window: ${first.join(", ") || "?"}`];
  }

  /** Shortened with "…" on a control whose name is the whole text. */
  const isToldInFull = (element, clipper) =>
    clipper !== null && getComputedStyle(clipper).textOverflow === "ellipsis" && (element.closest("[aria-label]")?.getAttribute("aria-label") ?? "").includes(element.textContent.trim());

  function cutOff() {
    const found = [];
    for (const { element, boxes } of texts()) {
      if (element.closest("option, select")) continue;
      const [x, y] = [clipperOf(element, "x"), clipperOf(element, "y")];
      const [bx, by] = [x?.getBoundingClientRect(), y?.getBoundingClientRect()];
      const hidden = boxes.map((box) => Math.max(bx ? bx.left - box.left : 0, bx ? box.right - bx.right : 0, by ? by.top - box.top : 0, by ? box.bottom - by.bottom : 0));
      // Digits reach less far down than other letters.
      if (Math.max(...hidden) <= Math.max(1.5, 0.05 * boxes[0].height) || isToldInFull(element, x)) continue;
      found.push(`text cut off by ${round(Math.max(...hidden))} px: ${nameOf(element)}`);
    }
    return [...new Set(found)];
  }

  function overlapping() {
    const found = [];
    const lines = texts().filter(({ element }) => !isFixed(element) && !element.closest("[popover]:not(:popover-open)")).flatMap(({ element, boxes }) => boxes.map((box) => ({ element, box })));
    lines.sort((a, b) => a.box.top - b.box.top);
    lines.forEach((a, i) => {
      for (let k = i + 1; k < lines.length && lines[k].box.top < a.box.bottom; k += 1) {
        const b = lines[k];
        if (a.element === b.element) continue;
        const width = Math.min(a.box.right, b.box.right) - Math.max(a.box.left, b.box.left);
        const height = Math.min(a.box.bottom, b.box.bottom) - b.box.top;
        const least = Math.min(a.box.height, b.box.height);
        if (width > 2 && height > 0.2 * least && isUncovered(a) && isUncovered(b)) found.push(`texts over each other: ${nameOf(a.element)} and ${nameOf(b.element)}`);
      }
    });
    return [...new Set(found)];
  }

  /** Not scrolled out of a box that scrolls. */
  function isUncovered({ element, box }) {
    for (let at = element.parentElement; at && at !== document.body; at = at.parentElement) {
      const style = getComputedStyle(at);
      if (style.overflowX === "visible" && style.overflowY === "visible") continue;
      const own = at.getBoundingClientRect();
      if (box.right <= own.left || box.left >= own.right || box.bottom <= own.top || box.top >= own.bottom) return false;
    }
    return true;
  }

  /** What is seen of a box: the boxes around it that scroll cut it off. */
  function seenOf(element, box) {
    const seen = { left: box.left, top: box.top, right: box.right, bottom: box.bottom };
    for (let at = element.parentElement; at && at !== document.body; at = at.parentElement) {
      const { overflowX, overflowY } = getComputedStyle(at);
      if (overflowX === "visible" && overflowY === "visible") continue;
      const own = at.getBoundingClientRect();
      seen.left = Math.max(seen.left, own.left);
      seen.right = Math.min(seen.right, own.right);
      seen.top = Math.max(seen.top, own.top);
      seen.bottom = Math.min(seen.bottom, own.bottom);
    }
    return seen;
  }

  /** A link within a sentence is as high as its line (WCAG 2.5.8, "inline"). */
  const isInline = (element) => element.tagName === "A" && getComputedStyle(element).display === "inline" && element.parentElement.textContent.trim() !== element.textContent.trim();
  const isMark = (element) => element.namespaceURI.endsWith("svg");

  function boxOf(element) {
    const own = element.getBoundingClientRect();
    const label = element.matches("input[type=checkbox], input[type=radio]") ? element.closest("label") ?? element.labels?.[0] : null;
    if (!label) return own;
    const other = label.getBoundingClientRect();
    const [left, top] = [Math.min(own.left, other.left), Math.min(own.top, other.top)];
    return new DOMRect(left, top, Math.max(own.right, other.right) - left, Math.max(own.bottom, other.bottom) - top);
  }

  /** @param {number} least px, of what belongs to the screen @param {number} leastOfFrame of header and bar */
  function smallTargets(least, leastOfFrame) {
    return targets().flatMap((element) => {
      const wanted = isMark(element) ? 24 : element.closest("main, dialog") ? least : leastOfFrame;
      if (isInline(element)) return [];
      const { width, height } = boxOf(element);
      if (width >= wanted - 0.6 && height >= wanted - 0.6) return [];
      return [`target ${round(width)} x ${round(height)} px instead of ${wanted}: ${nameOf(element)}`];
    });
  }

  const targets = () => all(TARGETS).filter((one) => !one.disabled && one.getAttribute("type") !== "hidden" && !one.closest("[popover]:not(:popover-open)") && one.id !== "screen");

  function overlappingTargets() {
    const found = [];
    const boxes = targets().filter((one) => !isFixed(one) && !isMark(one)).map((element) => ({ element, box: seenOf(element, boxOf(element)) }));
    boxes.forEach((a, i) => {
      for (const b of boxes.slice(i + 1)) {
        if (a.element.contains(b.element) || b.element.contains(a.element) || a.element.closest("label")?.contains(b.element)) continue;
        const width = Math.min(a.box.right, b.box.right) - Math.max(a.box.left, b.box.left);
        const height = Math.min(a.box.bottom, b.box.bottom) - Math.max(a.box.top, b.box.top);
        if (width > 1 && height > 1 && isUncovered(a) && isUncovered(b)) found.push(`targets over each other: ${nameOf(a.element)} and ${nameOf(b.element)}`);
      }
    });
    return found;
  }

  function headings() {
    const seen = [...document.querySelectorAll("main :is(h1, h2, h3, h4, h5, h6)")].filter((one) => one.checkVisibility());
    const found = [];
    const ones = seen.filter((one) => one.tagName === "H1");
    if (ones.length !== 1) found.push(`${ones.length} headings of the first level`);
    seen.forEach((one, i) => {
      const [level, before] = [Number(one.tagName[1]), i ? Number(seen[i - 1].tagName[1]) : 0];
      if (level > before + 1) found.push(`heading ${one.tagName} follows ${i ? seen[i - 1].tagName : "nothing"}: ${nameOf(one)}`);
    });
    return found;
  }

  /** In forced colours the fill of a control is that of the page: its edge alone says where it is. */
  function edgeless() {
    return all("main button, main input:not([type=checkbox], [type=radio], [type=range]), main select, main textarea, dialog button").flatMap((element) => {
      const style = getComputedStyle(element);
      const hasEdge = ["Top", "Bottom"].some((side) => style[`border${side}Style`] !== "none" && parseFloat(style[`border${side}Width`]) > 0);
      const hasOutline = style.outlineStyle !== "none" && parseFloat(style.outlineWidth) > 0;
      return hasEdge || hasOutline || style.textDecorationLine.includes("underline") ? [] : [`no edge in forced colours: ${nameOf(element)}`];
    });
  }

  /** What moves although the reader asked for rest. */
  const moving = () =>
    document.getAnimations().filter((one) => one.playState === "running" && Number(one.effect.getComputedTiming().duration) > 10)
      .map((one) => `moves in spite of reduced motion: ${nameOf(one.effect.target)}`);

  let visited = [];
  document.addEventListener("focusin", ({ target }) => {
    const style = getComputedStyle(target);
    const hasOutline = style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 1;
    visited.push({ target, isMarked: hasOutline || style.boxShadow !== "none" });
  }, true);

  /** What Tab has to reach: one of each group of radio buttons, nothing that is taken out on purpose. */
  function stops() {
    const groups = new Set();
    return targets().filter((one) => {
      if (one.tabIndex < 0 || one.closest("[inert]")) return false;
      if (one.type !== "radio") return true;
      if (groups.has(one.name)) return false;
      return groups.add(one.name);
    });
  }

  function startKeyboardPath() {
    document.activeElement?.blur?.();
    window.getSelection().removeAllRanges();
    visited = [];
    return stops().length;
  }

  function keyboardPath() {
    const reached = new Set(visited.map(({ target }) => target));
    const groups = new Set([...reached].filter((one) => one.type === "radio").map((one) => one.name));
    const missed = stops().filter((one) => !reached.has(one) && !(one.type === "radio" && groups.has(one.name)));
    const unmarked = visited.filter(({ target, isMarked }) => !isMarked && target !== document.body && target.id !== "screen");
    return [
      ...missed.map((one) => `Tab does not reach ${nameOf(one)}`),
      ...new Set(unmarked.map(({ target }) => `focus is not seen on ${nameOf(target)}`)),
    ];
  }

  async function axeFinds(rules) {
    const { violations } = await window.axe.run(document, { resultTypes: ["violations"], ...(rules ? { rules } : {}) });
    return violations.filter(({ impact }) => ["serious", "critical"].includes(impact)).flatMap(({ id, impact, nodes }) =>
      nodes.slice(0, 4).map(({ html, any }) => `axe ${impact} ${id}: ${html.slice(0, 110)} ${any[0]?.message?.slice(0, 120) ?? ""}`));
  }

  /** Mark the screen that is shown: it stays until the next is there. */
  function leave() {
    for (const child of document.getElementById("screen").children) child.dataset.left = "";
  }

  function leaveFor(address) {
    leave();
    location.hash = `#/${address}`;
  }

  /** The old screen is gone, nothing is loading and nothing has changed for a moment. */
  function settled(quietMs, mostMs) {
    return new Promise((done) => {
      const root = document.getElementById("screen");
      const begun = performance.now();
      let changed = begun;
      const observer = new MutationObserver(() => { changed = performance.now(); });
      observer.observe(root, { childList: true, subtree: true });
      const look = () => {
        const now = performance.now();
        const isCalm = now - changed >= quietMs && root.querySelector("h1") && !root.querySelector(".loading, [data-left]");
        if (!isCalm && now - begun < mostMs) return setTimeout(look, 20);
        observer.disconnect();
        done(isCalm);
      };
      look();
    });
  }

  window.checks = { tooWide, cutOff, overlapping, smallTargets, overlappingTargets, headings, edgeless, moving, startKeyboardPath, keyboardPath, axeFinds, leave, leaveFor, settled };
})();
