/** The page over all pictures: a part for each view, a row for each width. */

export interface Shot {
  readonly view: string;
  readonly file: string;
  readonly language: string;
  readonly theme: string;
  readonly width: number;
}

const STYLE = `
  :root { color-scheme: light dark; font: 14px/1.5 system-ui, sans-serif; }
  body { margin: 0 1.5rem 4rem; }
  nav { position: sticky; inset-block-start: 0; display: flex; flex-wrap: wrap; gap: 0 1rem; padding: .75rem 0; background: Canvas; border-block-end: 1px solid #8884; }
  h2 { margin: 2rem 0 .5rem; scroll-margin-block-start: 6rem; }
  .row { display: flex; gap: 1rem; overflow-x: auto; padding-block: .5rem; align-items: start; }
  figure { margin: 0; flex: none; }
  img { block-size: 22rem; inline-size: auto; max-inline-size: 34rem; object-fit: cover; object-position: top; border: 1px solid #8886; display: block; }
  figcaption { color: #777; font-size: 12px; }
`;

export function indexPage(shots: readonly Shot[]): string {
  const views = [...new Set(shots.map(({ view }) => view))].sort();
  const links = views.map((view) => `<a href="#${view}">${view}</a>`).join("\n");
  const parts = views.map((view) => partOf(view, shots.filter((shot) => shot.view === view))).join("\n");
  return `<!doctype html><html lang="en"><meta charset="utf-8"><title>CENcomm, every screen</title><style>${STYLE}</style><h1>Every screen</h1><nav>${links}</nav>${parts}</html>`;
}

function partOf(view: string, shots: readonly Shot[]): string {
  const widths = [...new Set(shots.map(({ width }) => width))].sort((one, other) => one - other);
  const rows = widths.map((width) => `<div class="row">${shots.filter((shot) => shot.width === width).map(figure).join("")}</div>`);
  return `<h2 id="${view}">${view}</h2>${rows.join("\n")}`;
}

function figure({ file, view, language, theme, width }: Shot): string {
  const words = `${language}, ${theme}, ${width} px`;
  return `<figure><a href="${file}"><img loading="lazy" src="${file}" alt="${view}: ${words}"></a><figcaption>${words}</figcaption></figure>`;
}
