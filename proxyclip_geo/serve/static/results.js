// Tables of scores and areas.

function table(caption, rows) {
  const found = document.createElement("table");
  found.createCaption().textContent = caption;
  const body = found.createTBody();
  for (const { name, share, value, color } of rows) {
    const row = body.insertRow();
    row.insertCell().textContent = name;
    const bar = document.createElement("span");
    bar.className = "meter";
    bar.style.width = `${100 * share}%`;
    if (color) bar.style.setProperty("--bar", color);
    const cell = row.insertCell();
    cell.className = "bar-cell";
    cell.setAttribute("aria-hidden", "true");
    cell.append(bar);
    const number = row.insertCell();
    number.className = "number";
    number.textContent = value;
  }
  return found;
}

function put(target, ...parts) {
  target.replaceChildren(...parts);
  target.scrollIntoView({ block: "nearest" });
}

const percent = (share) => `${(100 * share).toFixed(1)} %`;

export function showScores(target, { words, classes }) {
  const color = Object.fromEntries(classes.map((item) => [item.name, item.color]));
  const rows = words.map((item) => ({
    name: item.word, share: item.probability, value: percent(item.probability), color: color[item.name],
  }));
  put(target, table("Scores at this point", rows));
}

export function formatArea(m2) {
  if (m2 >= 1e6) return `${(m2 / 1e6).toFixed(2)} km²`;
  return m2 >= 1e4 ? `${(m2 / 1e4).toFixed(2)} ha` : `${m2.toFixed(0)} m²`;
}

export function showAreas(target, { areas, total_m2: total, exact, gsd }) {
  const rows = areas.map((item) => ({
    name: item.name, share: item.share, color: item.color, value: `${formatArea(item.m2)} · ${percent(item.share)}`,
  }));
  const note = document.createElement("p");
  note.className = "help";
  note.textContent = `Total ${formatArea(total)}. ${exact ? "Every pixel was counted." : `Counted in pixels of ${gsd.toPrecision(2)} m.`}`;
  put(target, table("Areas", rows), note);
}
