// What a careful visitor would find wrong with the page before her. Takes the width of the window in CSS pixels;
// answers a list of sentences, empty for a page that is in order.
(width) => {
  const findings = [];
  const told = (element) => {
    const text = (element.getAttribute("name") || element.id || element.textContent || "").trim().replace(/\s+/g, " ");
    return `<${element.tagName.toLowerCase()} class="${element.className?.baseVal ?? element.className}"> ${text.slice(0, 40)}`;
  };

  // -- the frame of the document --------------------------------------------------------------------------------

  if (!["zh-CN", "en"].includes(document.documentElement.lang)) findings.push(`lang is "${document.documentElement.lang}"`);
  if (document.querySelectorAll("h1").length !== 1) findings.push(`${document.querySelectorAll("h1").length} h1`);
  if (!document.title.trim()) findings.push("no title");
  if (!document.querySelector("main")) findings.push("no main");
  const seen = new Map();
  for (const element of document.querySelectorAll("[id]")) seen.set(element.id, (seen.get(element.id) ?? 0) + 1);
  for (const [id, count] of seen) if (count > 1) findings.push(`id "${id}" stands ${count} times`);

  // -- nothing sticks out sideways ------------------------------------------------------------------------------

  const page = document.documentElement.scrollWidth;
  if (page > width) {
    const outside = [...document.querySelectorAll("body *")].filter((element) => {
      const box = element.getBoundingClientRect();
      return box.width > 0 && box.right > width + 1 && !element.closest(".scroll, .table-responsive, .links, .chart-frame");
    });
    findings.push(`the page is ${page} wide in a window of ${width}: ${outside.slice(0, 3).map(told).join("; ")}`);
  }

  // -- every control says what it is ----------------------------------------------------------------------------

  const words = (ids) => ids.split(/\s+/).map((id) => document.getElementById(id)?.textContent ?? "").join(" ");
  const name = (element) =>
    [
      element.getAttribute("aria-label"),
      element.hasAttribute("aria-labelledby") && words(element.getAttribute("aria-labelledby")),
      [...(element.labels ?? [])].map((label) => label.textContent).join(" "),
      element.matches("button, a, summary") && element.textContent,
      element.matches("input[type=submit], input[type=button]") && element.value,
      [...element.querySelectorAll("img[alt]")].map((picture) => picture.alt).join(" "),
      element.getAttribute("title"),
    ].find((one) => one && one.trim()) || "";
  for (const element of document.querySelectorAll("input:not([type=hidden]), select, textarea, button, a[href], summary")) {
    if (!name(element)) findings.push(`a control without a name: ${told(element)}`);
  }
  for (const image of document.querySelectorAll("img:not([alt])")) findings.push(`an image without words: ${image.src}`);
  for (const element of document.querySelectorAll("[aria-controls], [aria-labelledby], [aria-describedby]")) {
    for (const attribute of ["aria-controls", "aria-labelledby", "aria-describedby"]) {
      for (const id of (element.getAttribute(attribute) ?? "").split(/\s+/).filter(Boolean)) {
        if (!document.getElementById(id)) findings.push(`${attribute} points to nothing: ${id}`);
      }
    }
  }

  // -- the text can be read: WCAG 2.2, 1.4.3 ---------------------------------------------------------------------

  const colours = (text) =>
    [...text.matchAll(/rgba?\(([^)]+)\)/g)].map((found) => {
      const parts = found[1].split(/[\s,/]+/).map(Number);
      return { rgb: parts.slice(0, 3), alpha: parts[3] ?? 1 };
    });
  const over = (upper, lower) => upper.rgb.map((part, place) => part * upper.alpha + lower[place] * (1 - upper.alpha));
  const light = (rgb) => {
    const [red, green, blue] = rgb.map((part) => {
      const share = part / 255;
      return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
  };
  const contrast = (one, other) => {
    const [dark, bright] = [light(one), light(other)].sort((a, b) => a - b);
    return (bright + 0.05) / (dark + 0.05);
  };
  // All backgrounds that may lie under the element: a gradient counts with each of its colours.
  const backgrounds = (element) => {
    if (!element) return [[255, 255, 255]];
    const style = getComputedStyle(element);
    const own = [...colours(style.backgroundColor), ...(style.backgroundImage.includes("gradient") ? colours(style.backgroundImage) : [])]
      .filter((colour) => colour.alpha > 0);
    if (own.some((colour) => colour.alpha === 1)) return own.filter((colour) => colour.alpha === 1).map((colour) => colour.rgb);
    const below = backgrounds(element.parentElement);
    return own.length ? own.flatMap((colour) => below.map((lower) => over(colour, lower))) : below;
  };
  const isSeen = (element) => {
    const box = element.getBoundingClientRect();
    return box.width > 1 && box.height > 1 && element.checkVisibility({ opacityProperty: true, visibilityProperty: true })
      && !element.closest(".visually-hidden, .skip, [disabled], [aria-disabled=true]");
  };
  const judged = new Set();
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const element = walker.currentNode.parentElement;
    if (!walker.currentNode.data.trim() || judged.has(element) || element.closest("svg, script, style, option")) continue;
    judged.add(element);
    if (!isSeen(element)) continue;
    const style = getComputedStyle(element);
    const size = parseFloat(style.fontSize);
    const needed = size >= 24 || (size >= 18.66 && Number(style.fontWeight) >= 700) ? 3 : 4.5;
    let veil = 1;
    for (let each = element; each; each = each.parentElement) veil *= Number(getComputedStyle(each).opacity);
    const ink = colours(style.color)[0];
    if (!ink) continue;
    const worst = Math.min(...backgrounds(element).map((ground) =>
      contrast(over({ rgb: ink.rgb, alpha: ink.alpha * veil }, ground), ground)));
    if (worst < needed) findings.push(`contrast ${worst.toFixed(2)} instead of ${needed}: ${told(element)}`);
  }
  return findings;
}
