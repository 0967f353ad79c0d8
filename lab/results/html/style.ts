/** How a page of results looks: one column on a phone, light or dark as its reader prefers. */
import { DARK, LIGHT, type Palette } from '../palette.ts';

export const STYLE = `\
:root{color-scheme:light dark;${variables(LIGHT)}}
@media (prefers-color-scheme:dark){:root{${variables(DARK)}}}
*{box-sizing:border-box}
html{scroll-padding-top:12px;-webkit-text-size-adjust:100%}
body{margin:0 auto;padding:20px clamp(12px,3vw,32px) 60px;max-width:1600px;background:var(--ground);color:var(--text);font:14px/1.45 system-ui,"Segoe UI",Roboto,Helvetica,Arial,sans-serif}
h1{margin:0;font-size:22px;line-height:1.25;overflow-wrap:anywhere}
h2{margin:36px 0 10px;font-size:16px}
p{margin:6px 0}
a{color:var(--link)}
:focus-visible{outline:2px solid var(--link);outline-offset:2px}
small,.note,dt,.silent{color:var(--dim)}
small{margin-left:6px;font-size:12px;font-weight:400}
.headline{font-size:16px;font-weight:600}
.headline.bad{color:var(--alarm)}
.open,.closed,.wrong{border:1px solid;border-radius:5px;color:var(--text)}
.open{background:var(--open);border-color:var(--openEdge)}
.closed{background:var(--closed);border-color:var(--closedEdge)}
.wrong{background:var(--wrong);border:2px dashed var(--wrongEdge)}
.scroll{overflow-x:auto;margin:0 -4px;padding:4px}
.grid{border-spacing:4px;margin:8px -4px 0;font-size:13px;line-height:1.3}
.grid th{font-weight:600;text-align:left;padding:2px 6px;white-space:nowrap}
.grid th[scope=row]{position:sticky;left:-4px;background:var(--ground);z-index:1}
.grid thead th:first-child{font-weight:400;color:var(--dim)}
.grid td{padding:0;height:44px}
.grid a{display:block;height:100%;padding:4px 8px;text-decoration:none;white-space:nowrap}
.grid a:hover{filter:brightness(.96)}
.grid b,.grid a span{display:block}
.grid a span{font-size:12px;max-width:200px;overflow:hidden;text-overflow:ellipsis}
.none{text-align:center;color:var(--dim);font-size:12px}
.legend{display:flex;flex-wrap:wrap;gap:6px 14px;margin:8px 0 0;padding:0;list-style:none;font-size:12px;color:var(--dim)}
.dense a span{max-width:100px}
.legend i{display:inline-block;width:14px;height:14px;margin-right:5px;vertical-align:-3px;border-radius:3px}
.pair{margin:0 0 10px;padding:10px 14px 12px;border:1px solid var(--edge);border-radius:8px;background:var(--surface)}
.pair:target{border-color:var(--link);box-shadow:0 0 0 1px var(--link)}
h3{display:flex;flex-wrap:wrap;gap:4px 8px;align-items:center;margin:0;font-size:14px}
h3 b{padding:1px 8px;font-size:13px}
h3 a{margin-left:auto;font-size:12px;font-weight:400;text-decoration:none}
dl{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(430px,100%),1fr));gap:3px 24px;margin:8px 0 4px;font-size:13px}
dl div{display:flex;gap:8px;min-width:0}
dt{flex:0 0 74px}
dd{margin:0;min-width:0;overflow-wrap:anywhere}
.reason dd{color:var(--alarm);font-weight:600}
.about dt{flex-basis:90px}
details,.silent{margin:6px 0 0}
summary,.silent{font-size:13px}
summary{cursor:pointer;padding:2px 0;font-weight:600}
.try{border-top:1px solid var(--edge);padding-top:4px}
.outputs{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(440px,100%),1fr));gap:0 16px}
.outputs>*{min-width:0}
pre{margin:4px 0 0;padding:6px 8px;max-height:26em;overflow:auto;border:1px solid var(--edge);border-radius:6px;background:var(--ground);font:12px/1.4 ui-monospace,SFMono-Regular,Menlo,Consolas,"DejaVu Sans Mono",monospace}
pre span{display:grid;grid-template-columns:70px minmax(0,1fr)}
pre .bare{display:block}
pre i{font-style:normal;color:var(--dim);user-select:none}
q{quotes:none;white-space:pre-wrap;overflow-wrap:anywhere}
.err i,.err q{color:var(--alarm)}
.ladder{display:block}
.ladder text{font:12px system-ui,"Segoe UI",Roboto,Helvetica,Arial,sans-serif;fill:var(--text);paint-order:stroke;stroke:var(--surface);stroke-width:4px;stroke-linejoin:round}
.ladder .host{font-weight:600;text-anchor:middle}
.ladder .at{fill:var(--dim);text-anchor:end;font-size:11px;font-variant-numeric:tabular-nums}
.ladder .gap{fill:var(--dim);font-style:italic}
.ladder .left{text-anchor:end}
.ladder .drop{fill:var(--alarm)}
.life{stroke:var(--edge);stroke-width:1.5}
.went,.lost{fill:none;stroke:var(--openEdge);stroke-width:1.5}
.lost{stroke:var(--wrongEdge);stroke-dasharray:5 3}
@media print{body{max-width:none}.pair{break-inside:avoid}pre{max-height:none}}`;

function variables(palette: Palette): string {
  return Object.entries(palette)
    .map(([name, color]) => `--${name}:${color}`)
    .join(';');
}
