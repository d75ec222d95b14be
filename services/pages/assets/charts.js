// Draws the charts of a page from what each says of itself; the table beside it has the same figures and the same links.
(() => {
  const root = document.documentElement;
  const drawn = [];

  const options = (chart, place) => {
    const style = getComputedStyle(place);
    const colour = (name) => style.getPropertyValue(name).trim();
    const text = { color: colour("--quiet"), fontFamily: style.fontFamily, fontSize: 12 };
    const names = { type: "category", data: chart.labels, axisLabel: { ...text, hideOverlap: true }, axisLine: { lineStyle: { color: colour("--chart-line") } }, axisTick: { show: false } };
    const values = { type: "value", minInterval: 1, axisLabel: { ...text, hideOverlap: true }, splitLine: { lineStyle: { color: colour("--chart-line") } } };
    const across = chart.shape === "across";
    if (across) {
      names.inverse = true;
      // Long names are broken: on a phone they would leave the bars no room.
      Object.assign(names.axisLabel, { width: Math.round(place.clientWidth * 0.45), overflow: "break" });
    }
    return {
      animation: false,
      color: [1, 2, 3, 4, 5, 6].map((n) => colour(`--chart-${n}`)),
      textStyle: text,
      grid: { left: 8, right: 24, top: 24, bottom: 8, containLabel: true },
      xAxis: across ? values : names,
      yAxis: across ? names : values,
      series: chart.series.map((one) => ({
        name: one.name, data: one.values, type: chart.shape === "line" ? "line" : "bar", cursor: "pointer", barMaxWidth: 28,
        symbolSize: 7, label: { show: chart.series.length === 1 && chart.labels.length <= 16, position: across ? "right" : "top", ...text },
        emphasis: { label: { show: true, position: across ? "right" : "top", ...text, fontWeight: 600 } },
      })),
    };
  };

  const draw = (place) => {
    const chart = JSON.parse(place.dataset.chart);
    place.classList.add("drawn");
    if (chart.shape === "across") place.classList.add(`rows-${Math.min(24, Math.max(3, chart.labels.length))}`);
    const made = echarts.init(place, null, { renderer: "canvas" });
    made.setOption(options(chart, place));
    made.on("click", ({ seriesIndex, dataIndex }) => {
      const link = chart.series[seriesIndex]?.links[dataIndex];
      if (link) location.assign(link);
    });
    drawn.push({ made, chart, place });
  };

  addEventListener("DOMContentLoaded", () => document.querySelectorAll("[data-chart]").forEach(draw));
  const again = () => drawn.forEach(({ made, chart, place }) => made.setOption(options(chart, place)));
  addEventListener("resize", () => {
    drawn.forEach(({ made }) => made.resize());
    again();
  });
  // Light and dark have colours of their own.
  new MutationObserver(again).observe(root, { attributes: true, attributeFilter: ["data-bs-theme"] });
})();
