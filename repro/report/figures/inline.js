  // What figures with a grid share. Each has it inside its own function, after `root`, its element.
  const bytes = (base64) => Uint8Array.from(atob(base64), (c) => c.charCodeAt(0));
  const scratch = document.createElement("canvas");

  function cells(canvas, side, pixels, smooth = false) {  // draw side × side RGBA cells over a whole canvas
    scratch.width = scratch.height = side;
    scratch.getContext("2d").putImageData(new ImageData(pixels, side, side), 0, 0);
    const pen = canvas.getContext("2d");
    pen.imageSmoothingEnabled = smooth;
    pen.drawImage(scratch, 0, 0, canvas.width, canvas.height);
    pen.imageSmoothingEnabled = true;
  }

  function mark(canvas, side, [row, column], { circle = false, colour = "#d6336c" } = {}) {  // a ring or a frame on a cell
    const pen = canvas.getContext("2d"), step = canvas.width / side;
    const size = Math.max(step, 20), x = (column + 0.5) * step, y = (row + 0.5) * step;
    for (const [stroke, width] of [["#fff", 9], [colour, 5]]) {
      pen.beginPath();
      if (circle) pen.arc(x, y, size * 0.75, 0, 7);
      else pen.rect(x - size / 2, y - size / 2, size, size);
      pen.strokeStyle = stroke;
      pen.lineWidth = width;
      pen.stroke();
    }
  }

  // Pointer, touch and arrow keys choose a cell of a canvas: `place` is changed to it, within the grid, and drawn.
  function pointed(canvas, place, sideOf, draw) {
    function moveTo(row, column) {
      const last = sideOf() - 1, clamp = (v) => Math.min(last, Math.max(0, v));
      [place.row, place.column] = [clamp(row), clamp(column)];
      draw();
    }
    function point(event) {
      const box = canvas.getBoundingClientRect(), side = sideOf();
      moveTo(Math.floor(((event.clientY - box.top) / box.height) * side),
        Math.floor(((event.clientX - box.left) / box.width) * side));
    }
    canvas.addEventListener("pointermove", point);
    canvas.addEventListener("pointerdown", point);
    canvas.addEventListener("keydown", (event) => {
      const step = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] }[event.key];
      if (!step) return;
      event.preventDefault();
      event.stopPropagation();  // the theme turns pages with the arrow keys
      moveTo(place.row + step[0], place.column + step[1]);
    });
    return moveTo;
  }

  function choices(group, entries, chosen, choose) {  // a row of radio buttons in the fieldset of that class
    const field = root.querySelector(`fieldset.${group}`);
    field.querySelectorAll("label").forEach((label) => label.remove());
    entries.forEach(({ label, shown }, index) => {
      const frame = document.createElement("label"), radio = document.createElement("input");
      frame.className = "choice";
      Object.assign(radio, { type: "radio", name: `__ID__-${group}`, checked: index === chosen });
      radio.setAttribute("aria-label", label);
      radio.addEventListener("keydown", (event) => event.stopPropagation());
      radio.addEventListener("change", () => choose(index));
      frame.append(radio, shown ?? label);
      field.append(frame);
    });
  }
