// Puts what a callback answered into the page by changing only what differs: text, attributes, nodes.
// Dash itself would throw a block's nodes away and build new ones at every batch: open definitions
// would close, the keyboard's place would be lost, and nothing could show which figure changed.
(function () {
  "use strict";
  const NAMES = { className: "class", htmlFor: "for", tabIndex: "tabindex", colSpan: "colspan", autoComplete: "autocomplete" };
  const DASH_ONLY = new Set(["children", "style", "value"]);
  // What the reader opened, typed or walked to is not the answer's to change.
  const OURS = new Set(["open", "hidden", "aria-expanded", "aria-selected", "aria-activedescendant"]);

  function flat(children, found = []) {
    if (Array.isArray(children)) children.forEach((child) => flat(child, found));
    else if (children !== null && children !== undefined && children !== "") found.push(children);
    return found;
  }

  function attributes(props) {
    const wanted = {};
    for (const [name, value] of Object.entries(props)) {
      if (DASH_ONLY.has(name) || value === null || value === undefined || value === false) continue;
      wanted[NAMES[name] || name] = value === true ? "" : String(value);
    }
    return wanted;
  }

  function dress(element, props) {
    const wanted = attributes(props);
    for (const { name } of [...element.attributes]) {
      const isKept = name === "style" || OURS.has(name) || element.tagName === "INPUT";
      if (!(name in wanted) && !isKept) element.removeAttribute(name);
    }
    for (const [name, value] of Object.entries(wanted)) {
      // a figure that is lit just now keeps its light: its class is compared without it
      if (name === "class" && element.classList.contains("changed")) element.className = value + " changed";
      else if (element.getAttribute(name) !== value && !(OURS.has(name) && element.isConnected)) {
        element.setAttribute(name, value);
      }
    }
    const style = props.style || {};
    for (const [name, value] of Object.entries(style)) {
      if (name.startsWith("--")) element.style.setProperty(name, value);
      else if (element.style[name] !== String(value)) element.style[name] = value;
    }
  }

  function build(node) {
    if (typeof node !== "object") return document.createTextNode(String(node));
    const element = node.namespace === "svg"
      ? document.createElementNS("http://www.w3.org/2000/svg", node.type)
      : document.createElement(node.type.toLowerCase());
    dress(element, node.props);
    flat(node.props.children).forEach((child) => element.append(build(child)));
    return element;
  }

  function isSame(element, node) {
    if (typeof node !== "object") return element.nodeType === Node.TEXT_NODE;
    return element.nodeType === Node.ELEMENT_NODE && element.tagName.toLowerCase() === node.type.toLowerCase();
  }

  function change(parent, children) {
    const wanted = flat(children);
    wanted.forEach((node, place) => {
      const present = parent.childNodes[place];
      if (!present) parent.append(build(node));
      else if (!isSame(present, node)) present.replaceWith(build(node));
      else if (typeof node !== "object") {
        if (present.data !== String(node)) present.data = String(node);
      } else {
        dress(present, node.props);
        if (!present.hasAttribute("data-ms")) change(present, node.props.children);
      }
    });
    while (parent.childNodes.length > wanted.length) parent.lastChild.remove();
  }

  // A new batch is drawn in all blocks at once, when the last of them has answered: until then the page is whole, and of
  // the batch before. What takes longer than PATIENCE (as in live.js) must not hold up the others.
  const PATIENCE = 20000;
  const held = new Map();
  let since = 0; // when the batch that is being asked about began; 0: blocks are drawn as they answer

  window.addEventListener("batch", () => {
    since = Date.now();
    setTimeout(settle, 50);
  });

  function settle() {
    const isAsking = window.store && window.store.getState().isLoading;
    if (isAsking && Date.now() - since < PATIENCE) {
      setTimeout(settle, 30);
      return;
    }
    since = 0;
    const all = [...held];
    held.clear();
    all.forEach(([id, tree]) => put(id, tree));
  }

  // `tree` maps the end of an id to what belongs there: {"": …} or {"-title": …, "-table": …}; of a chart also its figure.
  function draw(tree) {
    if (!tree) return;
    const id = dash_clientside.callback_context.inputs_list[0].id.replace(/-tree$/, "");
    if (since && document.querySelector(`[id="${id}"][data-drawn], [id="${id}-title"][data-drawn]`)) held.set(id, tree);
    else put(id, tree);
  }

  function put(id, { figure, ...tree }) {
    if (figure && document.getElementById(id)) dash_clientside.set_props(id, { figure });
    for (const [end, children] of Object.entries(tree)) {
      const place = document.getElementById(id + end);
      if (!place) continue;
      change(place, children);
      place.dataset.drawn = "1";
    }
    window.dispatchEvent(new CustomEvent("drawn", { detail: { id } }));
  }

  window.dash_clientside = Object.assign({}, window.dash_clientside, { page: { draw } });
})();
