// The list of classes: a colour, words and a button to remove each.

export class Chips {
  constructor(list, template, changed) {
    this.list = list;
    this.template = template;
    this.changed = changed;
  }

  // Replace all classes by those of a text such as "water; forest, trees", and colours such as "ff0000,".
  read(text, colors) {
    const given = colors.split(",");
    this.fill(text.split(";").map((words, n) => ({ words: [words.trim()], color: given[n] ? `#${given[n]}` : "" })));
  }

  fill(classes) {
    this.list.replaceChildren(...classes.map((item) => {
      const synonyms = item.name && item.words[0] !== item.name ? [item.name, ...item.words] : item.words;
      return this.make(synonyms.join(", "), item.color);
    }));
    this.changed();
  }

  add() {
    const chip = this.make("", "");
    this.list.append(chip);
    chip.querySelector(".text").focus();
  }

  make(text, color) {
    const chip = this.template.content.firstElementChild.cloneNode(true);
    const [picker, field, remove] = ["color", "text", "remove"].map((name) => chip.querySelector(`.${name}`));
    field.value = text;
    if (color) { picker.value = color; picker.dataset.own = "true"; }
    field.addEventListener("input", () => { this.label(chip); this.changed(); });
    field.addEventListener("keydown", (event) => this.move(event, chip));
    picker.addEventListener("input", () => { picker.dataset.own = "true"; this.changed(); });
    remove.addEventListener("click", () => {
      const next = chip.nextElementSibling ?? chip.previousElementSibling;
      chip.remove();
      (next?.querySelector(".text") ?? this.list).focus();
      this.changed();
    });
    this.label(chip);
    return chip;
  }

  // Enter adds a class; arrows move between classes.
  move(event, chip) {
    if (event.key === "Enter") this.add();
    else if (event.key === "ArrowDown") chip.nextElementSibling?.querySelector(".text").focus();
    else if (event.key === "ArrowUp") chip.previousElementSibling?.querySelector(".text").focus();
    else return;
    event.preventDefault();
  }

  label(chip) {
    const name = chip.querySelector(".text").value.split(",")[0].trim() || "new class";
    chip.querySelector(".text").setAttribute("aria-label", `Words of class ${name}`);
    chip.querySelector(".color").setAttribute("aria-label", `Colour of ${name}`);
    chip.querySelector(".remove").setAttribute("aria-label", `Remove ${name}`);
  }

  get filled() {
    return [...this.list.children].filter((chip) => clean(chip));
  }

  get text() { return this.filled.map(clean).join("; "); }

  get names() { return this.filled.map((chip) => clean(chip).split(",")[0].trim()); }

  // Colours that were chosen; a blank for the others.
  get colors() {
    const colors = this.filled.map((chip) => {
      const picker = chip.querySelector(".color");
      return picker.dataset.own ? picker.value.slice(1) : "";
    });
    return colors.some(Boolean) ? colors.join(",") : "";
  }

  // Show the colours and the unknown words that the server answered.
  describe(legend) {
    const far = new Set(legend.far.map((item) => item.word.toLowerCase()));
    this.filled.forEach((chip, n) => {
      const item = legend.classes[n];
      if (!item) return;
      chip.querySelector(".color").value = item.color;
      chip.classList.toggle("far", item.words.some((word) => far.has(word.toLowerCase())));
    });
  }
}

function clean(chip) {
  return chip.querySelector(".text").value.split(/[,;]/).map((word) => word.trim()).filter(Boolean).join(", ");
}
