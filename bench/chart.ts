/** A small line chart as SVG: a logarithmic x axis, a y axis from zero, one line a series. Readable on light and dark. */
export type Series = { readonly name: string; readonly points: readonly (readonly [x: number, y: number])[] };

export type Chart = {
  readonly title: string;
  readonly xTitle: string;
  readonly yTitle: string;
  readonly series: readonly Series[];
};

const WIDTH = 760;
const HEIGHT = 360;
const PLOT = { left: 56, right: 536, top: 44, bottom: 308 };
const LABELS_AT = PLOT.right + 14;
const LABEL_HEIGHT = 17;
const COLOURS = ["#1f77b4", "#d62728", "#2ca02c", "#9467bd", "#ff7f0e", "#17becf", "#8c564b", "#7f7f7f"];
const GREY = "#888";

const escaped = (text: string): string =>
  text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");

const rounded = (value: number): string => String(Math.round(value * 10) / 10);

/** The next of 1, 2, 5, 10, 20, 50 … that four steps of reach the value. */
function niceStep(value: number): number {
  const rough = value / 4;
  const power = 10 ** Math.floor(Math.log10(rough));
  return [1, 2, 5, 10].map((factor) => factor * power).find((step) => step >= rough) ?? 10 * power;
}

const text = (x: number, y: number, content: string, more = ""): string =>
  `<text x="${rounded(x)}" y="${rounded(y)}" ${more}>${escaped(content)}</text>`;

const line = (x1: number, y1: number, x2: number, y2: number): string =>
  `<line x1="${rounded(x1)}" y1="${rounded(y1)}" x2="${rounded(x2)}" y2="${rounded(y2)}" stroke="${GREY}" stroke-opacity="0.35"/>`;

type Scales = { readonly x: (value: number) => number; readonly y: (value: number) => number };

function scalesOf(all: readonly (readonly [number, number])[], top: number): Scales {
  const logs = all.map(([x]) => Math.log10(x));
  const [from, to] = [Math.min(...logs), Math.max(...logs)];
  const span = to === from ? 1 : to - from;
  return {
    x: (value) => PLOT.left + ((Math.log10(value) - from) / span) * (PLOT.right - PLOT.left),
    y: (value) => PLOT.bottom - (value / top) * (PLOT.bottom - PLOT.top),
  };
}

/** Heights of the labels at the right, near their lines' ends and not on one another. */
function labelHeights(ends: readonly number[]): readonly number[] {
  const order = ends.map((end, index) => ({ end, index })).sort((a, b) => a.end - b.end);
  const heights = new Map<number, number>();
  const lowest = PLOT.bottom - (ends.length - 1) * LABEL_HEIGHT;
  let next = PLOT.top;
  for (const [place, { end, index }] of order.entries()) {
    const height = Math.min(Math.max(end, next), lowest + place * LABEL_HEIGHT);
    heights.set(index, height);
    next = height + LABEL_HEIGHT;
  }
  return ends.map((end, index) => heights.get(index) ?? end);
}

function drawSeries({ points }: Series, { x, y }: Scales, colour: string): string {
  const path = points.map(([px, py]) => `${rounded(x(px))},${rounded(y(py))}`).join(" ");
  const dots = points.map(
    ([px, py]) => `<circle cx="${rounded(x(px))}" cy="${rounded(y(py))}" r="3" fill="${colour}"/>`,
  );
  return [`<polyline points="${path}" fill="none" stroke="${colour}" stroke-width="2"/>`, ...dots].join("\n");
}

/** @throws Error when there is no point to draw. */
export function toSvg({ title, xTitle, yTitle, series }: Chart): string {
  const all = series.flatMap(({ points }) => points);
  if (all.length === 0) throw new Error("a chart needs a point");
  const highest = Math.max(...all.map(([, y]) => y), Number.MIN_VALUE);
  const step = niceStep(highest);
  const steps = Math.max(1, Math.ceil(highest / step));
  const scales = scalesOf(all, steps * step);
  const { x, y } = scales;
  const ticks = [...new Set(all.map(([value]) => value))];
  const heights = labelHeights(series.map(({ points }) => y(points.at(-1)?.[1] ?? 0)));
  const colour = (index: number): string => COLOURS[index % COLOURS.length] ?? GREY;
  const parts = [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" font-family="sans-serif" font-size="12" fill="${GREY}">`,
    `<title>${escaped(title)}</title>`,
    text(PLOT.left, 22, title, 'font-size="14" font-weight="bold"'),
    ...Array.from({ length: steps + 1 }, (_, index) => index * step).flatMap((value) => [
      line(PLOT.left, y(value), PLOT.right, y(value)),
      text(PLOT.left - 8, y(value) + 4, String(Math.round(value * 1000) / 1000), 'text-anchor="end"'),
    ]),
    ...ticks.map((value) =>
      text(x(value), PLOT.bottom + 18, value.toLocaleString("en"), 'text-anchor="middle"'),
    ),
    text((PLOT.left + PLOT.right) / 2, PLOT.bottom + 40, xTitle, 'text-anchor="middle"'),
    text(PLOT.left, PLOT.top - 8, yTitle),
    ...series.map((one, index) => drawSeries(one, scales, colour(index))),
    ...series.map(({ name }, index) =>
      text(LABELS_AT, (heights[index] ?? 0) + 4, name, `style="fill:${colour(index)}"`),
    ),
    "</svg>",
  ];
  return `${parts.join("\n")}\n`;
}
