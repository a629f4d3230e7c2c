'use strict';

// Reads the last hour from this server, and draws it again after each new sample.
const state = document.getElementById('state');
const dark = matchMedia('(prefers-color-scheme: dark)');
const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
// The names of some zones are old ones: the distance from UTC says what is meant.
const distance = new Intl.DateTimeFormat('en-GB', { timeZoneName: 'longOffset' });
const clock = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit', second: '2-digit' });
const plots = new Map();
let hour = null;
let readAt = '';

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

const offset = () => distance.formatToParts(new Date()).find(x => x.type === 'timeZoneName').value;

const showState = () => {
  const named = x => `${x.roles} on ${x.node}, port ${x.port}`;
  const of = kind => hour.processes.filter(x => x.state === kind);
  const silent = of('silent');
  const sampled = of('sampled').length;
  say([
    sampled === 1 ? '1 process sends samples.' : `${sampled} processes send samples.`,
    silent.length > 0 ? `Without a sample in the last minute: ${silent.map(named).join('; ')}.` : '',
    of('ended').length > 0 ? `Stopped: ${of('ended').map(named).join('; ')}.` : '',
    hour.isComplete ? '' : 'Redis does not answer: only one process is shown.',
  ].filter(x => x).join(' '), silent.length > 0 || !hour.isComplete);
  readAt = clock.format(new Date());
  document.getElementById('at').textContent = `Read at ${readAt}. All times are those of ${zone} (${offset()}).`;
};

const showServices = () => document.getElementById('services').replaceChildren(...hour.services.map(x => {
  const word = x.isUp === undefined ? 'is not known' : x.isUp ? 'can serve' : 'cannot serve';
  return element('li', x.isUp === undefined ? 'unknown' : x.isUp ? 'up' : 'down', `${x.name} ${word}`);
}));

const showFigures = () => document.getElementById('figures').replaceChildren(...hour.figures.map(x => {
  const tile = element('div', x.isBad ? 'figure bad' : 'figure');
  tile.append(element('dt', '', x.title), element('dd', '', show(x.unit, x.value)));
  if (x.isBad) tile.append(element('dd', 'limit', 'limit reached'));
  return tile;
}));

// Lines, and their marks in the legend, differ in more than colour.
const dashes = [[], [8, 3], [2, 3], [10, 3, 2, 3]];
const borders = ['solid', 'dashed', 'dotted', 'double'];

// A sample without one before and after it is no line, but a point.
const alone = (plot, at) => {
  const values = plot.data[at];
  const known = index => values[index] !== null && values[index] !== undefined;
  return [...values.keys()].filter(x => known(x) && !known(x - 1) && !known(x + 1));
};

// Counts and rupees get whole ticks, and bytes whole MiB.
const whole = Array.from({ length: 12 }, (_, at) => [1, 2, 5].map(x => x * 10 ** at)).flat();
const steps = { count: whole, rupees: whole, bytes: Array.from({ length: 20 }, (_, at) => 2 ** (20 + at)) };

const options = (chart, width) => ({
  width,
  height: 170,
  cursor: { sync: { key: 'ops' }, y: false, drag: { x: false, y: false } },
  legend: { markers: { width: 3, dash: (plot, at) => borders[(at - 1) % borders.length] } },
  scales: { y: { range: (plot, least, most) => [0, most > 0 ? most * 1.1 : 1] } },
  axes: [
    { stroke: color('--quiet'), grid: { stroke: color('--line'), width: 1 }, ticks: { show: false }, values: '{HH}:{mm}', size: 28 },
    {
      stroke: color('--quiet'), grid: { stroke: color('--line'), width: 1 }, ticks: { show: false }, size: 64,
      incrs: steps[chart.unit],
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
      points: { show: false, filter: alone, size: 4 },
      value: (plot, value) => show(chart.unit, value),
    })),
  ],
  hooks: { setCursor: [plot => { if (plot.cursor.left < 0) showLast(plot); }] },
});

// Without a pointer over the chart, the legend has the newest numbers.
const showLast = plot => {
  const newest = plot.data[0].length - 1;
  let last = newest;
  while (last >= 0 && plot.data.every((x, at) => at === 0 || x[last] === null)) last--;
  if (last < 0) last = newest;
  if (plot.legend.idx !== last) plot.setLegend({ idx: last });
};

const data = chart => {
  const from = Date.parse(hour.from) / 1000;
  return [
    Array.from({ length: hour.slots }, (_, at) => from + at * hour.stepSeconds),
    ...chart.lines.map(x => x.values),
  ];
};

const describe = (place, chart) => place.querySelector('canvas')?.setAttribute('aria-label', [
  `${chart.title} in the last hour.`,
  ...chart.lines.map(line => {
    const known = line.values.filter(x => x !== null);
    return known.length === 0 ? `${line.name}: not known.`
      : `${line.name}: last ${show(chart.unit, known.at(-1))}, highest ${show(chart.unit, Math.max(...known))}.`;
  }),
].join(' '));

// The numbers of a chart for a reader without a pointer, newest first. They stay as they are while they are read.
const table = chart => {
  const made = element('table');
  const head = element('tr');
  head.append(element('th', '', 'at'), ...chart.lines.map(x => element('th', '', x.name)));
  made.append(element('caption', 'quiet', `Read at ${readAt}.`), head);
  const [times, ...lines] = data(chart);
  [...times.keys()].reverse().filter(at => lines.some(x => x[at] !== null)).forEach(at => {
    const row = element('tr');
    row.append(element('th', '', clock.format(new Date(times[at] * 1000))), ...lines.map(x => element('td', '', show(chart.unit, x[at]))));
    made.append(row);
  });
  return made;
};

const numbers = (title, id) => {
  const made = element('details', 'numbers');
  const place = element('div', 'scroll');
  place.tabIndex = 0;
  made.append(element('summary', '', 'Numbers'), place);
  made.firstChild.setAttribute('aria-label', `Numbers of ${title}`);
  made.addEventListener('toggle', () => place.replaceChildren(...made.open ? [table(hour.charts.find(x => idOf(x) === id))] : []));
  return made;
};

const draw = (place, chart) => {
  const shape = JSON.stringify([chart.lines.map(x => x.name), dark.matches]);
  const known = plots.get(place);
  if (known?.shape === shape) {
    known.plot?.setData(data(chart));
    if (known.plot) showLast(known.plot);
    describe(place, chart);
    return;
  }
  known?.plot?.destroy();
  place.replaceChildren();
  place.nextSibling.hidden = chart.lines.length === 0;
  if (chart.lines.length === 0) {
    place.append(element('p', 'none', 'Nothing to show in this hour.'));
    plots.set(place, { shape, plot: null });
    return;
  }
  const plot = new uPlot(options(chart, place.clientWidth), data(chart), place);
  place.querySelector('canvas').setAttribute('role', 'img');
  showLast(plot);
  plots.set(place, { shape, plot });
  describe(place, chart);
};

const resized = new ResizeObserver(entries => entries.forEach(x => {
  const plot = plots.get(x.target)?.plot;
  if (plot && Math.abs(plot.width - x.contentRect.width) > 1) plot.setSize({ width: x.contentRect.width, height: 170 });
}));

const idOf = chart => `${chart.group}-${chart.title}`.toLowerCase().replaceAll(' ', '-');

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
    const id = idOf(chart);
    let place = document.getElementById(id);
    if (!place) {
      const figure = element('figure', 'chart');
      const caption = element('figcaption');
      caption.append(element('h3', '', chart.title), element('p', '', chart.about));
      place = element('div');
      place.id = id;
      figure.append(caption, place, numbers(chart.title, id));
      section.lastChild.append(figure);
      resized.observe(place);
    }
    draw(place, chart);
  });
};

// The numbers that are left look old.
const fail = text => {
  document.body.classList.add('old');
  say(`${text} ${readAt ? `The page shows the numbers of ${readAt}.` : 'There are no numbers yet.'}`, true);
};

const refresh = async () => {
  let answer;
  try {
    answer = await fetch('/ops/data', { signal: AbortSignal.timeout(10_000) });
    if (!answer.ok) return fail(`This process answers with the status ${answer.status}.`);
    hour = await answer.json();
  } catch (error) {
    return fail(`This process does not answer (${error.message}).`);
  }
  try {
    showServices();
    showFigures();
    showCharts();
    showState();
    document.body.classList.remove('old');
  } catch (error) {
    // Another release of the shop may answer by now.
    fail(`This page cannot show the answer (${error.message}): load it again.`);
  }
};

// The next round begins after the last one.
const run = async () => {
  await refresh();
  setTimeout(run, 15_000);
};

dark.addEventListener('change', () => { if (hour) showCharts(); });
run();
