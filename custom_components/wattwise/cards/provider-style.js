// How the page of all homes looks, in the colours of whoever looks.

export const STYLE = `
  :host { display: block; min-height: 100vh; box-sizing: border-box;
    background: var(--primary-background-color, #fafafa); color: var(--primary-text-color, #212121);
    --used: var(--energy-grid-consumption-color, #488fc2); --made: var(--energy-solar-color, #ff9800); }
  header { display: flex; align-items: center; gap: 8px; height: var(--header-height, 56px); padding: 0 16px;
    position: sticky; top: 0; z-index: 1; font-size: 20px;
    background: var(--app-header-background-color, #03a9f4); color: var(--app-header-text-color, #fff);
    border-bottom: var(--app-header-border-bottom, none); }
  header button { font: inherit; font-size: 24px; line-height: 1; width: 48px; height: 48px; margin-left: -12px;
    color: inherit; background: none; border: none; cursor: pointer; }
  main { display: grid; gap: 16px; max-width: 1200px; margin: 0 auto; padding: 16px; grid-template-columns: 1fr 1fr;
    align-items: start; }
  section { background: var(--ha-card-background, var(--card-background-color, #fff)); padding: 16px; min-width: 0;
    border: 1px solid var(--ha-card-border-color, var(--divider-color, #e0e0e0));
    border-radius: var(--ha-card-border-radius, 12px); box-shadow: var(--ha-card-box-shadow, none); }
  section.wide { grid-column: 1 / -1; }
  h2 { font-size: 16px; font-weight: 500; margin: 0 0 12px; }
  h3 { font-size: 14px; font-weight: 500; margin: 12px 0 2px; }
  p { margin: 4px 0; }
  .note { color: var(--secondary-text-color, #727272); font-size: 13px; }
  .others { margin-top: 12px; }
  .totals { display: grid; grid-template-columns: repeat(3, minmax(0, 1fr)); gap: 16px; }
  .totals h3 { margin-top: 0; color: var(--secondary-text-color, #727272); font-weight: 400; }
  .amount { display: flex; align-items: baseline; gap: 8px; }
  .amount b { font-size: 24px; font-weight: 500; font-variant-numeric: tabular-nums; white-space: nowrap; }
  .mark { flex: none; width: 10px; height: 10px; border-radius: 50%; align-self: center; }
  .mark.used { background: var(--used); }
  .mark.made { background: var(--made); }
  .sums { display: flex; flex-wrap: wrap; gap: 4px 32px; margin: 0 0 8px; }
  .sums > div { display: flex; flex-wrap: wrap; gap: 0 16px; }
  .sums span { display: inline-flex; align-items: center; gap: 6px; }
  .chart { width: 100%; touch-action: pan-y; }
  svg { display: block; }
  svg text { font-size: 12px; fill: var(--secondary-text-color, #727272); font-variant-numeric: tabular-nums; }
  svg .day { font-weight: 500; fill: var(--primary-text-color, #212121); }
  .grid { stroke: var(--divider-color, #e0e0e0); }
  .cursor { stroke: var(--secondary-text-color, #727272); }
  .band.used { fill: var(--used); } .band.made { fill: var(--made); } .band { opacity: 0.2; }
  .line.used { stroke: var(--used); } .line.made { stroke: var(--made); }
  .line { fill: none; stroke-width: 2; stroke-linejoin: round; }
  .readout { min-height: 20px; font-variant-numeric: tabular-nums; }
  table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; }
  th, td { text-align: end; padding: 8px; border-bottom: 1px solid var(--divider-color, #e0e0e0); vertical-align: top; }
  tr:last-child td { border-bottom: none; }
  th { font-weight: 400; font-size: 13px; color: var(--secondary-text-color, #727272); }
  th:first-child, td:first-child { text-align: start; padding-left: 0; }
  th:last-child, td:last-child { padding-right: 0; }
  td small { display: block; font-size: 13px; color: var(--secondary-text-color, #727272); white-space: nowrap; }
  td .value { white-space: nowrap; }
  a { color: var(--primary-color, #03a9f4); text-decoration: none; font-weight: 500; }
  .chips { display: flex; flex-wrap: wrap; gap: 4px; margin-top: 4px; }
  .chip { font-size: 12px; line-height: 20px; padding: 0 8px; border-radius: 10px; white-space: nowrap;
    border: 1px solid var(--secondary-text-color, #727272); color: var(--secondary-text-color, #727272); }
  .warning { color: var(--warning-color, #ffa600); border-color: currentColor; }
  .critical { color: var(--error-color, #db4437); border-color: currentColor; }
  ul { list-style: none; margin: 0; padding: 0; }
  li { border-top: 1px solid var(--divider-color, #e0e0e0); }
  li:first-child { border-top: none; }
  li button { font: inherit; color: inherit; background: none; border: none; cursor: pointer; text-align: start;
    width: 100%; padding: 8px 0; display: flex; gap: 12px; justify-content: space-between; align-items: center; }
  :is(a, button):focus-visible { outline: 2px solid var(--primary-color, #03a9f4); outline-offset: 2px; }
  @media (max-width: 870px) { main { grid-template-columns: minmax(0, 1fr); } }
  @media (max-width: 600px) {
    main { padding: 8px; gap: 8px; }
    .totals { grid-template-columns: minmax(0, 1fr); gap: 8px; }
    .totals > div { display: grid; grid-template-columns: 92px 1fr; align-items: baseline; }
    .totals .missing { grid-column: 2; }
    .sums > div { display: grid; }
    .amount b { font-size: 18px; }
    thead { display: none; }
    tr { display: grid; grid-template-columns: 1fr 1fr; gap: 8px; padding: 12px 0;
      border-bottom: 1px solid var(--divider-color, #e0e0e0); }
    tr:last-child { border-bottom: none; padding-bottom: 0; }
    tr:first-child { padding-top: 0; }
    td, td:first-child, td:last-child { text-align: start; padding: 0; border: none; }
    td:first-child { grid-column: 1 / -1; }
    td::before { content: attr(data-name); display: block; font-size: 13px; color: var(--secondary-text-color, #727272); }
    td:first-child::before { display: none; }
  }
`;
