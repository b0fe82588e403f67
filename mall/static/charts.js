// Draws the charts of regulators' pages with ECharts from the data that stand in the page; each has its table below,
// which is all there is without this file. Amounts come in fen, shares in basis points, indexes in hundredths.
(() => {
  "use strict";
  if (!window.echarts) return;

  const FONT = getComputedStyle(document.body).fontFamily;
  const INK = "#1d2b30";
  const SOFT = "#55656b";
  const COLOURS = ["#0e5e6f", "#b23a0e", "#5d4fb3", "#2a7a3f", "#9b6a00", "#a02c5d", "#4b5d66", "#1c6fb0"];
  const grouped = (number, digits) =>
    number.toLocaleString("zh-CN", { minimumFractionDigits: digits, maximumFractionDigits: digits });
  const said = {
    fen: (value) => `¥${grouped(value / 100, 2)}`,
    bp: (value) => `${grouped(value / 100, 2)}%`,
    hundredths: (value) => grouped(value / 100, 2),
    count: (value) => grouped(value, 0),
  };
  const onAxis = {
    fen: (value) => (Math.abs(value) >= 10000000 ? `¥${grouped(value / 1000000, 0)}万` : `¥${grouped(value / 100, value % 100 ? 2 : 0)}`),
    bp: (value) => `${value / 100}%`,
    hundredths: (value) => String(value / 100),
    count: (value) => String(value),
  };

  // A band is two stacked lines: the lower one is not seen, what lies between them is filled.
  function band(one, place) {
    const low = { name: one.name, type: "line", stack: `band-${place}`, symbol: "none", silent: true, lineStyle: { opacity: 0 },
      data: one.points.map(([at, from]) => [at, from]), tooltip: { show: false } };
    const span = { ...low, areaStyle: { color: COLOURS[place % COLOURS.length], opacity: 0.18 },
      data: one.points.map(([at, from, to]) => [at, from === null ? null : to - from]) };
    return [low, span];
  }

  function drawn(one, place) {
    const colour = COLOURS[place % COLOURS.length];
    if (one.drawn === "band") return band(one, place);
    const common = { name: one.name, data: one.points, itemStyle: { color: colour } };
    if (one.drawn === "bar") return [{ ...common, type: "bar", barMaxWidth: 28 }];
    if (one.drawn === "points") return [{ ...common, type: "scatter", symbol: place % 2 ? "diamond" : "circle", symbolSize: 9 }];
    return [{ ...common, type: "line", symbol: one.points.length > 60 ? "none" : "circle", symbolSize: 4,
      lineStyle: { color: colour, width: 2, type: place % 2 ? "dashed" : "solid" }, ...(one.drawn === "step" ? { step: "end" } : {}) }];
  }

  function series(data, width) {
    // Every name is shown where each has room for a few words, or is a single short one.
    const room = (width - 70) / Math.max(1, data.names.length) - 4;
    const isFew = room >= 80 || (data.names.length <= 12 && data.names.every((name) => name.length <= 4));
    const say = said[data.unit];
    return {
      grid: { left: 12, right: 18, top: 40, bottom: 12, containLabel: true },
      legend: { top: 0, type: "scroll", textStyle: { color: INK } },
      tooltip: {
        trigger: data.axis === "names" ? "axis" : "item", renderMode: "richText", confine: true,
        valueFormatter: (value) => {
          const last = Array.isArray(value) ? value[value.length - 1] : value;
          return last === null || last === undefined ? "—" : say(Number(last));
        },
      },
      xAxis: data.axis === "names"
        ? { type: "category", data: data.names, axisLabel: isFew ? { color: SOFT, interval: 0, overflow: "break", width: room } : { color: SOFT, hideOverlap: true } }
        : { type: "time", axisLabel: { color: SOFT, hideOverlap: true } },
      yAxis: { type: "value", scale: data.axis === "time", axisLabel: { color: SOFT, formatter: onAxis[data.unit] } },
      series: data.series.flatMap(drawn),
    };
  }

  function graph(data) {
    const groups = [...new Set(data.nodes.map((node) => node.group))];
    return {
      legend: groups.length > 1 ? { top: 0, type: "scroll", data: groups, textStyle: { color: INK } } : undefined,
      tooltip: { renderMode: "richText", confine: true,
        formatter: (told) => (told.dataType === "edge" ? told.data.words : told.data.name) },
      series: [{
        type: "graph", layout: "circular", circular: { rotateLabel: true }, roam: false, top: 110, bottom: 110, left: 110, right: 110,
        categories: groups.map((name, place) => ({ name, itemStyle: { color: COLOURS[place % COLOURS.length] } })),
        data: data.nodes.map((node) => ({ id: node.id, name: node.name, category: groups.indexOf(node.group),
          symbolSize: 10 + Math.min(26, node.size) })),
        links: data.edges.map((edge) => ({ ...edge, lineStyle: { width: Math.min(8, 1 + edge.width), curveness: 0.15 } })),
        label: { show: true, position: "right", color: INK, width: 104, overflow: "truncate", fontSize: 11 },
        lineStyle: { color: "#86918f", opacity: 0.8 },
      }],
    };
  }

  for (const figure of document.querySelectorAll("[data-chart]")) {
    const data = JSON.parse(figure.dataset.chart);
    figure.hidden = false;
    const canvas = figure.querySelector(".canvas");
    const chart = window.echarts.init(canvas, null, { renderer: "canvas" });
    chart.setOption({ animation: false, color: COLOURS, textStyle: { fontFamily: FONT }, ...(data.kind === "graph" ? graph(data) : series(data, canvas.clientWidth)) });
    new ResizeObserver(() => chart.resize()).observe(figure);
    window.addEventListener("beforeprint", () => chart.resize({ width: 680 }));
    window.addEventListener("afterprint", () => chart.resize({ width: "auto" }));
  }

  // What is folded is printed, too.
  const folded = document.querySelectorAll("details.panel:not([open])");
  window.addEventListener("beforeprint", () => folded.forEach((one) => { one.open = true; }));
  window.addEventListener("afterprint", () => folded.forEach((one) => { one.open = false; }));
})();
