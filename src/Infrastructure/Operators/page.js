'use strict';

// Reads the last hour from this server, and draws it again after each new sample.
const state = document.getElementById('state');
const dark = matchMedia('(prefers-color-scheme: dark)');
const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
const clock = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit', second: '2-digit' });
const plots = new Map();
let hour = null;

const color = name => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

const element = (name, className, text) => {
  const made = document.createElement(name);
  if (className) made.className = className;
  if (text !== undefined) made.textContent = text;
  return made;
};

const plain = value => value.toLocaleString('en-IN', { maximumSignificantDigits: value >= 1000 ? 6 : 3 });

const formats = {
  count: plain,
  per_second: value => `${plain(value)}/s`,
  seconds: value => value === 0 ? '0 s' : value < 1 ? `${plain(value * 1000)} ms` : value < 120 ? `${plain(value)} s`
    : value < 7200 ? `${plain(value / 60)} min` : `${plain(value / 3600)} h`,
  cores: plain,
  bytes: value => value >= 2 ** 30 ? `${plain(value / 2 ** 30)} GiB` : `${plain(value / 2 ** 20)} MiB`,
  rupees: value => `₹${value.toLocaleString('en-IN', { maximumFractionDigits: 0 })}`,
};

const show = (unit, value) => value === null || value === undefined ? '–' : formats[unit](value);

// Written only when it changes: a screen reader says each new text.
const say = (text, isBad) => {
  state.className = isBad ? 'bad' : 'quiet';
  if (state.textContent !== text) state.textContent = text;
};

const showState = () => {
  const named = x => `${x.roles} on ${x.node}, port ${x.port}`;
  const of = kind => hour.processes.filter(x => x.state === kind);
  const silent = of('silent');
  say([
    `${of('sampled').length} processes send samples.`,
    silent.length > 0 ? `Without a sample in the last minute: ${silent.map(named).join('; ')}.` : '',
    of('ended').length > 0 ? `Stopped: ${of('ended').map(named).join('; ')}.` : '',
    hour.isComplete ? '' : 'Redis does not answer: only one process is shown.',
  ].filter(x => x).join(' '), silent.length > 0 || !hour.isComplete);
  document.getElementById('at').textContent = `Read at ${clock.format(new Date())} (${zone}).`;
};

const showServices = () => document.getElementById('services').replaceChildren(...hour.services.map(x => {
  const word = x.isUp === undefined ? 'is not known' : x.isUp ? 'can serve' : 'cannot serve';
  return element('li', x.isUp ? 'up' : 'down', `${x.name} ${word}`);
}));

const showFigures = () => document.getElementById('figures').replaceChildren(...hour.figures.map(x => {
  const tile = element('div', x.isBad ? 'figure bad' : 'figure');
  tile.append(element('span', '', x.title), element('b', x.isBad ? 'bad' : '', show(x.unit, x.value)));
  if (x.isBad) tile.append(element('span', 'bad', 'limit reached'));
  return tile;
}));

// Lines differ in more than colour.
const dashes = [[], [8, 3], [2, 3], [10, 3, 2, 3]];

// Counts get whole ticks.
const whole = Array.from({ length: 12 }, (_, at) => [1, 2, 5].map(x => x * 10 ** at)).flat();

const options = (chart, width) => ({
  width,
  height: 170,
  cursor: { sync: { key: 'ops' }, y: false, drag: { x: false, y: false } },
  scales: { y: { range: (plot, least, most) => [0, most > 0 ? most * 1.1 : 1] } },
  axes: [
    { stroke: color('--quiet'), grid: { stroke: color('--line'), width: 1 }, ticks: { show: false }, values: '{HH}:{mm}', size: 28 },
    {
      stroke: color('--quiet'), grid: { stroke: color('--line'), width: 1 }, ticks: { show: false }, size: 64,
      incrs: chart.unit === 'count' ? whole : undefined,
      values: (plot, ticks) => ticks.map(x => show(chart.unit, x)),
    },
  ],
  series: [
    { label: 'at', value: (plot, value) => value === null ? '' : clock.format(new Date(value * 1000)) },
    ...chart.lines.map((line, at) => ({
      label: line.name,
      stroke: color(`--s${at % 12 + 1}`),
      width: 1.5,
      dash: dashes[at % dashes.length],
      points: { show: false },
      value: (plot, value) => show(chart.unit, value),
    })),
  ],
  hooks: { setCursor: [plot => { if (plot.cursor.left < 0) showLast(plot); }] },
});

// Without a pointer over the chart, the legend has the newest numbers.
const showLast = plot => {
  let last = plot.data[0].length - 1;
  while (last > 0 && plot.data.every((x, at) => at === 0 || x[last] === null)) last--;
  if (plot.legend.idx !== last) plot.setLegend({ idx: last });
};

const data = chart => {
  const from = Date.parse(hour.from) / 1000;
  return [
    Array.from({ length: hour.slots }, (_, at) => from + at * hour.stepSeconds),
    ...chart.lines.map(x => x.values),
  ];
};

const draw = (place, chart) => {
  const shape = JSON.stringify([chart.lines.map(x => x.name), dark.matches]);
  const known = plots.get(place);
  if (known?.shape === shape) {
    known.plot?.setData(data(chart));
    if (known.plot) showLast(known.plot);
    return;
  }
  known?.plot?.destroy();
  place.replaceChildren();
  if (chart.lines.length === 0) {
    place.append(element('p', 'none', 'Nothing to show in this hour.'));
    plots.set(place, { shape, plot: null });
    return;
  }
  const plot = new uPlot(options(chart, place.clientWidth), data(chart), place);
  const canvas = place.querySelector('canvas');
  canvas.setAttribute('role', 'img');
  canvas.setAttribute('aria-label', `${chart.title} in the last hour; the newest values are below.`);
  showLast(plot);
  plots.set(place, { shape, plot });
};

const resized = new ResizeObserver(entries => entries.forEach(x => {
  const plot = plots.get(x.target)?.plot;
  if (plot && Math.abs(plot.width - x.contentRect.width) > 1) plot.setSize({ width: x.contentRect.width, height: 170 });
}));

const showCharts = () => {
  const all = document.getElementById('charts');
  hour.charts.forEach(chart => {
    const group = chart.group.toLowerCase();
    let section = document.getElementById(`group-${group}`);
    if (!section) {
      section = element('section');
      section.id = `group-${group}`;
      section.append(element('h2', '', chart.group), element('div', 'charts'));
      all.append(section);
    }
    const id = `${group}-${chart.title.toLowerCase().replaceAll(' ', '-')}`;
    let place = document.getElementById(id);
    if (!place) {
      const figure = element('figure', 'chart');
      const caption = element('figcaption');
      caption.append(element('h3', '', chart.title), element('p', '', chart.about));
      place = element('div');
      place.id = id;
      figure.append(caption, place);
      section.lastChild.append(figure);
      resized.observe(place);
    }
    draw(place, chart);
  });
};

const read = async () => {
  const answer = await fetch('/ops/data', { signal: AbortSignal.timeout(10_000) });
  if (!answer.ok) throw new Error(`status ${answer.status}`);
  return answer.json();
};

const refresh = async () => {
  try {
    hour = await read();
  } catch (error) {
    say(`This process does not answer (${error.message}). The page shows older numbers.`, true);
    return;
  }
  showState();
  showServices();
  showFigures();
  showCharts();
};

// The next round begins after the last one.
const run = async () => {
  await refresh();
  setTimeout(run, 15_000);
};

dark.addEventListener('change', () => { if (hour) showCharts(); });
run();
