"""How a page looks: on a screen, on a telephone, on paper. Fonts are those of the reader's own machine."""

from __future__ import annotations

from backprop_tutor.render.palette import COLOURS

_LAYOUT = """
:root { color-scheme: light; }
body { margin: 0 auto; max-width: 60rem; padding: 1.5rem; color: #222; background: #fff; line-height: 1.55;
  font-family: system-ui, "Noto Sans", "Segoe UI", "PingFang SC", "Hiragino Sans GB", "Microsoft YaHei",
    "Noto Sans CJK SC", "Source Han Sans SC", "WenQuanYi Micro Hei", sans-serif; }
h1 { font-size: 1.7rem; margin: 0 0 .3rem; }
h2 { font-size: 1.3rem; margin: 2rem 0 .6rem; border-bottom: 1px solid #ddd; padding-bottom: .2rem; }
h3, h4, h5, h6 { font-size: 1.05rem; margin: 1.4rem 0 .4rem; }
p { margin: .5rem 0; }
code { font-family: ui-monospace, "DejaVu Sans Mono", Menlo, Consolas, monospace; background: #f3f3f3;
  padding: 0 .25em; border-radius: 3px; }
math { font-family: "STIX Two Math", "Latin Modern Math", "Cambria Math", "STIX Math", "XITS Math", "Libertinus Math",
  "TeX Gyre Termes Math", "DejaVu Math TeX Gyre", "Noto Sans Math", math; }
math .bold { font-weight: bold; }
.facts, .muted { color: #666; }
.good { color: #067d17; }
.bad { color: #b3261e; }
.flow { display: flex; flex-wrap: wrap; gap: .3rem 1.6rem; align-items: baseline; }
.flow.joined { gap: .3rem .5rem; }
.equations { display: grid; grid-template-columns: max-content minmax(0, 1fr); gap: .45rem .4rem; margin: .6rem 0;
  align-items: baseline; }
.equation { display: contents; }
.equation math, h3 math, h4 math, h5 math { math-style: normal; }
.members { display: flex; flex-wrap: wrap; gap: .45rem .6rem; align-items: baseline; }
.long > .members { flex-direction: column; align-items: flex-start; }
.remark { color: #666; }
.rows { display: grid; grid-template-columns: max-content minmax(0, 1fr); gap: .3rem 1rem; margin: .5rem 0; }
.rows dt { color: #666; padding-top: .1rem; }
.rows dd { margin: 0; }
.rows dd > :first-child { margin-top: 0; }
table { border-collapse: collapse; margin: .8rem 0; }
th, td { padding: .2rem .8rem; border: 1px solid #ddd; text-align: left; }
th { background: #f6f6f6; font-weight: 600; }
.right { text-align: right; }
td:empty { min-width: 8rem; }
figure { margin: 1rem 0; overflow-x: auto; }
svg { max-width: 100%; height: auto; }
@media (max-width: 40rem) {
  body { padding: 1rem; }
  .equations, .rows { grid-template-columns: minmax(0, 1fr); gap: .2rem; }
  .members { padding-left: 1rem; }
}
@media print {
  @page { margin: 18mm 16mm; }
  body { max-width: none; padding: 0; font-size: 10.5pt; }
  h1 { font-size: 1.4rem; }
  h2, h3, h4, h5, h6, dt { break-after: avoid; }
  .equation, .members, figure, tr, dd { break-inside: avoid; }
}
"""


def style_sheet() -> str:
    """The style sheet of a page, with one colour for each kind of quantity."""
    roles = "\n".join(f".{role.value} {{ color: {colour}; }}" for role, colour in COLOURS.items())
    return f"{_LAYOUT.strip()}\n{roles}\n"
