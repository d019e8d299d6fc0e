// Draws the charts from the tables beside them: what is drawn is what can be read.
"use strict";

(() => {
  const CATEGORIES = ["0", "1", "2", "3", "4", "4A", "4B", "4C", "5", "6"];
  const DAY_MS = 86_400_000;
  const drawn = [];

  const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
  const place = (category) => CATEGORIES.indexOf(category.replace(/^0[AP]$/, "0"));
  const rowsOf = (canvas) => [...document.getElementById(canvas.dataset.source).tBodies[0].rows];

  function look() {
    Chart.defaults.color = colour("--ds-color-neutral-text-default");
    Chart.defaults.borderColor = colour("--ds-color-neutral-border-subtle");
    Chart.defaults.font.family = getComputedStyle(document.body).fontFamily;
    Chart.defaults.font.size = 14;
    Chart.defaults.animation = false;
    Chart.defaults.maintainAspectRatio = false;
  }

  function timeline(canvas) {
    const rows = rowsOf(canvas).map((row) => row.dataset).filter((row) => row.day && place(row.category) >= 0);
    const line = (side, tone, style, shift) => ({
      label: canvas.dataset[side],
      data: rows.filter((row) => row.side === side)
        .map((row) => ({ x: Date.parse(row.day) / DAY_MS, y: place(row.category) + shift })),
      borderColor: colour(tone),
      backgroundColor: colour(tone),
      pointStyle: style,
      pointRadius: 7,
      showLine: true,
    });
    const month = (value) => new Date(value * DAY_MS).toISOString().slice(0, 7);
    const days = rows.map((row) => Date.parse(row.day) / DAY_MS);
    return {
      type: "scatter",
      // The two lines are drawn a little apart, so that equal categories do not hide each other.
      data: {
        datasets: [
          line("left", "--ds-color-accent-base-default", "circle", 0.07),
          line("right", "--ds-color-danger-base-default", "rectRot", -0.07),
        ],
      },
      options: {
        scales: {
          x: { min: Math.min(...days) - 60, max: Math.max(...days) + 60, ticks: { callback: month, maxTicksLimit: 8 } },
          y: {
            min: -0.5,
            max: CATEGORIES.length - 0.5,
            title: { display: true, text: canvas.dataset.y },
            afterBuildTicks: (axis) => { axis.ticks = CATEGORIES.map((_, index) => ({ value: index })); },
            ticks: { autoSkip: false, callback: (value) => CATEGORIES[value] },
          },
        },
        plugins: {
          legend: { labels: { usePointStyle: true } },
          tooltip: {
            callbacks: {
              label: (item) => `${item.dataset.label}: ${CATEGORIES[Math.round(item.parsed.y)]}, ` +
                new Date(item.parsed.x * DAY_MS).toISOString().slice(0, 10),
            },
          },
        },
      },
    };
  }

  function insights(canvas) {
    const rows = rowsOf(canvas).map((row) => row.dataset)
      .filter((row) => Number(row.accepted) || Number(row.overridden)).slice(0, 20);
    const bar = (name, tone) => ({
      label: canvas.dataset[name],
      data: rows.map((row) => Number(row[name])),
      backgroundColor: colour(tone),
    });
    canvas.parentElement.hidden = rows.length === 0;
    return {
      type: "bar",
      data: {
        labels: rows.map((row) => row.label),
        datasets: [
          bar("accepted", "--ds-color-accent-base-default"),
          bar("overridden", "--ds-color-warning-border-default"),
        ],
      },
      options: {
        indexAxis: "y",
        scales: {
          x: { stacked: true, ticks: { precision: 0 } },
          y: { stacked: true, ticks: { autoSkip: false } },
        },
      },
    };
  }

  function draw() {
    while (drawn.length) drawn.pop().destroy();
    look();
    for (const [id, make] of [["timeline-chart", timeline], ["insights-chart", insights]]) {
      const canvas = document.getElementById(id);
      if (!canvas) continue;
      canvas.parentElement.hidden = false;
      const chart = make(canvas);
      if (id === "insights-chart") canvas.parentElement.dataset.rows = Math.ceil(chart.data.labels.length / 5);
      if (!canvas.parentElement.hidden) drawn.push(new Chart(canvas, chart));
    }
  }

  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", draw);
  draw();
})();
